#include <sodium.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>

#include "engine/app/commands.h"

namespace {

using namespace vigie;

constexpr const char* kDefaultRules = "rules";

template <class Options>
void add_config(CLI::App* command, Options& options, bool required) {
  auto* option = command->add_option("--config", options.config, "configuration file (YAML)");
  option->check(CLI::ExistingFile);
  if (required) {
    option->required();
  }
}

void add_rules(CLI::App* command, std::string& rules) {
  command->add_option("--rules", rules, "rules directory (packs/, lexicons/, models/)")
      ->check(CLI::ExistingDirectory)
      ->default_str(kDefaultRules);
}

void add_explain(CLI::App* rules_command, ExplainOptions& options, int& exit_code) {
  auto* command = rules_command->add_subcommand(
      "explain", "which parts of which rules hold for a text, and where (bytes of the original)");
  command->footer(
      "Example:\n  vigie rules explain --variable commune=Techniville --text \"Plus d'eau à "
      "Techniville\"\nWithout --rule: rules that hold, and the names of those of which only a part "
      "was found.");
  add_rules(command, options.rules);
  add_config(command, options, false);
  command->add_option("--tenant", options.tenant, "whose variables; needed where there are several")
      ->needs(command->get_option("--config"));
  command->add_option("--variable", options.variables,
                      "NAME=VALUE of a {variable}, repeatable; without a configuration only");
  command->add_option("--rule", options.rule, "id of the one rule to explain, found or not");
  auto* text = command->add_option("--text", options.text, "what was written");
  command->add_option("--title", options.title, "its title")->needs(text);
  auto* input = command->add_option("--input", options.input,
                                    "canonical mentions (NDJSON) instead: a file, or -");
  input->excludes(text);
  command->add_flag("--json", options.json, "one JSON document per mention and rule");
  command->callback([&] { exit_code = rules_explain(options); });
}

void add_report(CLI::App& app, ReportOptions& options, int& exit_code) {
  auto* command = app.add_subcommand(
      "report", "a tenant's week: a page for elected officials, its figures, or open data");
  add_config(command, options, true);
  command->add_option("--tenant", options.tenant, "whose week")->required();
  command->add_option("--week", options.week, "2026-W42 (ISO 8601); the last whole one if absent");
  command->add_option("--format", options.format, "pdf needs the program weasyprint")
      ->check(CLI::IsMember({"html", "pdf", "csv", "open-data"}))
      ->capture_default_str();
  command->add_option("--language", options.language, "of the page; the tenant's if absent")
      ->check(CLI::IsMember({"fr", "en"}));
  command->add_option("--out", options.out, "a file; standard output if absent");
  command
      ->add_option("--k", options.k,
                   "open data: cells with fewer authors are hidden, and what would reveal them")
      ->check(CLI::Range(2, 1000))
      ->capture_default_str();
  command->callback([&] { exit_code = report(options); });
}

void add_connectors(CLI::App& app, ConnectorsOptions& options, OpmlOptions& opml, int& exit_code) {
  auto* command =
      app.add_subcommand("connectors", "the configuration's sources, and a trial of one");
  command->require_subcommand(1);
  auto* list = command->add_subcommand("list", "one a line: id, type, format, network");
  add_config(list, options, true);
  list->add_flag(
      "--json", options.json,
      "one JSON object per line, with the hosts that are asked and what is sent to them");
  list->callback([&] { exit_code = connectors_list(options); });
  auto* probe = command->add_subcommand(
      "probe", "asks one source once and shows the first three mentions; stores nothing");
  add_config(probe, options, true);
  probe->add_option("name", options.name, "the connector's id")->required();
  probe->callback([&] { exit_code = connectors_probe(options); });
  auto* import = command->add_subcommand(
      "import-opml", "the feeds of a subscription list, as YAML to add below `connectors:`");
  add_config(import, opml, false);
  import->add_option("file", opml.file, "OPML, or - for standard input")->required();
  import->callback([&] { exit_code = connectors_import_opml(opml);
});
}  // namespace

void add_audit(CLI::App& app, AuditVerifyOptions& verify, AuditShowOptions& show, int& exit_code) {
  auto* command = app.add_subcommand("audit", "who did what, and whether that record is whole");
  command->require_subcommand(1);
  auto* check = command->add_subcommand(
      "verify", "every entry that was changed, removed, moved or cut off; exits 1 if any");
  add_config(check, verify, true);
  check->add_option("--mark", verify.mark,
                    "NUMBER:CODE from the log, or from an earlier run: that entry must be there");
  check->callback([&] { exit_code = audit_verify(verify); });
  auto* list = command->add_subcommand("show", "entries as NDJSON, newest first");
  add_config(list, show, true);
  list->add_option("--limit", show.limit, "0: all")->capture_default_str();
  list->callback([&] { exit_code = audit_show(show); });
}

void add_account(CLI::App& app, AccountOptions& options, int& exit_code) {
  auto* command = app.add_subcommand(
      "account", "who may sign in, and API tokens; of a stopped engine, a running one has its API");
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* about, AccountAct act) {
    auto* one = command->add_subcommand(name, about);
    add_config(one, options, true);
    if (act != AccountAct::kList) {
      one->add_option("name", options.name, "the account's or token's")->required();
    }
    one->callback([&options, &exit_code, act] {
      options.act = act;
      exit_code = account(options);
    });
    return one;
  };
  add("list", "accounts and tokens, one a line", AccountAct::kList);
  auto* invite =
      add("add", "make one; its password is shown once and must be changed", AccountAct::kAdd);
  auto* roles = add("roles", "put these in place of all its roles", AccountAct::kRoles);
  for (auto* one : {invite, roles}) {
    one->add_option(
        "--role", options.roles,
        "TENANT=ROLE, repeatable; * is every tenant, and the one of operators: *=operator");
  }
  add("disable", "it cannot sign in any more", AccountAct::kDisable);
  add("enable", "it can again", AccountAct::kEnable);
  add("password", "a new one, shown once; the second factor is forgotten", AccountAct::kPassword);
  auto* token = add("token", "make an API token, shown once, or revoke it", AccountAct::kToken);
  token->add_option("--right", options.rights, "read_mentions, work, …: x-right in openapi.json");
  token->add_option("--tenant", options.tenants, "where; repeatable, * is all and the engine");
  token->add_option("--days", options.days, "until it expires")
      ->check(CLI::Range(1, 366))
      ->capture_default_str();
  token->add_flag("--revoke", options.revoke, "it opens nothing any more");
}

void add_author(CLI::App* command, AuthorOptions& options) {
  add_config(command, options, true);
  command->add_option("--tenant", options.tenant, "whose")->required();
  command->add_option("--pseudonym", options.pseudonym, "as the API shows it");
  command->add_option("--mention", options.mention, "20741-1289: by whom it is");
  command->add_option("--network", options.network, "mastodon, bluesky, a feed's address …");
  command->add_option("--author-id", options.author_id, "the network's own id");
  command->add_option("--handle", options.handle, "the name, or the address of the page");
}

void add_backups(CLI::App& app, BackupOptions& backup_options, RestoreOptions& restore_options,
                 int& exit_code) {
  auto* backup_command = app.add_subcommand(
      "backup", "all that is stored into a folder of backups; a running engine does it itself");
  add_config(backup_command, backup_options, true);
  backup_command->add_option("directory", backup_options.directory, "the folder of backups")
      ->required();
  backup_command->add_flag("--rewrite", backup_options.rewrite,
                           "instead: write those that are there anew without who was erased since");
  backup_command->footer(
      "Those older than `backup_days` of the configuration are removed. What is in identities/ of "
      "a "
      "backup opens the sealed identities: move it elsewhere, and nobody knows the authors from "
      "the "
      "rest.");
  backup_command->callback([&] { exit_code = backup(backup_options); });
  auto* restore_command = app.add_subcommand(
      "restore",
      "a backup into a data folder without a store; all is verified first, and who was "
      "erased since is erased again before anybody sees it");
  add_config(restore_command, restore_options, true);
  restore_command->add_option("directory", restore_options.directory, "the folder of backups")
      ->required()
      ->check(CLI::ExistingDirectory);
  restore_command->add_option("--backup", restore_options.backup, "the newest if absent");
  restore_command->add_flag("--without-identities", restore_options.without_identities,
                            "they are elsewhere: authors stay sealed, and are named anew");
  restore_command->callback([&] { exit_code = restore(restore_options); });
}

void add_erase(CLI::App& app, EraseOptions& options, int& exit_code) {
  auto* command = app.add_subcommand(
      "erase", "forget an author, now and from now on; prints the signed receipt");
  add_author(command, options.author);
  command->add_option("--kind", options.kind, "article 17 or 21 of the RGPD")
      ->check(CLI::IsMember({"erasure", "objection"}))
      ->capture_default_str();
  command->add_option("--out", options.out, "a file; standard output if absent");
  command->callback([&] { exit_code = erase(options); });
}

void add_evidence(CLI::App& app, EvidenceOptions& options, EvidenceVerifyOptions& verify_options,
                  int& exit_code) {
  auto* command = app.add_subcommand(
      "evidence", "a mention's evidence file for a complaint: what is kept, hashes, signed");
  command->require_subcommand(1);
  auto* make = command->add_subcommand("make", "a zip archive");
  add_config(make, options.author, true);
  make->add_option("--tenant", options.author.tenant, "whose")->required();
  make->add_option("--mention", options.author.mention, "20741-1289")->required();
  make->add_option("--out", options.out, "file to write")->required();
  make->callback([&] { exit_code = evidence(options); });
  auto* verify = command->add_subcommand("verify", "whether it is as it was made; exits 1 if not");
  verify->add_option("--public-key", verify_options.public_key,
                     "the service's, 64 hexadecimal digits");
  verify->add_option("file", verify_options.file, "the archive")->required();
  verify->callback([&] { exit_code = evidence_verify(verify_options); });
}

void add_rgpd(CLI::App& app, RgpdExportOptions& options, AccessOptions& access,
              VerifyReceiptOptions& receipt, int& exit_code) {
  auto* command = app.add_subcommand("rgpd", "a tenant's documents under the RGPD");
  command->require_subcommand(1);
  auto* file = command->add_subcommand("access", "everything that is kept on an author, as JSON");
  add_author(file, access.author);
  file->add_option("--out", access.out, "a file; standard output if absent");
  file->callback([&] { exit_code = rgpd_access(access); });
  auto* verify = command->add_subcommand(
      "verify-receipt", "whether a receipt is as it was signed; exits 1 if it is not");
  add_config(verify, receipt, false);
  verify->add_option("--public-key", receipt.public_key, "64 hexadecimal digits")
      ->excludes(verify->get_option("--config"));
  verify->add_option("file", receipt.file, "the receipt's JSON, or -")->required();
  verify->callback([&] {
    exit_code = receipt.config.empty() && receipt.public_key.empty() ? static_cast<int>(kUsage)
                                                                     : verify_receipt(receipt);
  });
  auto* documents = command->add_subcommand(
      "export", "the record of processing, what an impact assessment needs, the public's notice");
  documents->footer(
      "All in French, as HTML that a word processor opens; what only the town knows is "
      "marked [à compléter : …].");
  add_config(documents, options, true);
  documents->add_option("--tenant", options.tenant, "whose")->required();
  documents->add_option("--out", options.out, "a folder; it is made if it is not there")
      ->required();
  documents->callback([&] { exit_code = rgpd_export(options); });
}

}  // namespace

int main(int argc, char** argv) {
  ::umask(077);  // what is stored is personal data: no file of ours is for others
  if (sodium_init() < 0) {
    std::fputs("vigie: the system's randomness is not available\n", stderr);
    return kFailed;
  }
  CLI::App app(
      "Vigie watches what is said in public about a town, and tells those who must answer.");
  app.set_version_flag("--version", VIGIE_VERSION);
  app.require_subcommand(1);
  int exit_code = kOk;

  ServeOptions serve_options;
  auto* serve_command = app.add_subcommand("serve", "run the service; SIGHUP reloads the rules");
  add_config(serve_command, serve_options, true);
  serve_command->callback([&] { exit_code = serve(serve_options); });

  ClassifyOptions classify_options;
  auto* classify_command =
      app.add_subcommand("classify", "mentions in (NDJSON), verdicts out, in order");
  add_rules(classify_command, classify_options.rules);
  add_config(classify_command, classify_options, false);
  classify_command->add_option("--input", classify_options.input, "file, or - for standard input")
      ->capture_default_str();
  classify_command->add_option("--threads", classify_options.threads, "0: one per CPU")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  classify_command->callback([&] { exit_code = classify(classify_options); });

  ParseOptions parse_options;
  auto* parse_command =
      app.add_subcommand("parse", "one source's message in, canonical mentions out (NDJSON)");
  parse_command
      ->add_option("--format", parse_options.format,
                   "canonical, feed, or a source: youtube, reddit …")
      ->required();
  parse_command->add_option("--base-url", parse_options.base_url, "for relative links");
  parse_command->add_option("input", parse_options.input, "file, or - for standard input")
      ->capture_default_str();
  parse_command->callback([&] { exit_code = parse(parse_options); });

  IngestOptions ingest_options;
  auto* ingest_command =
      app.add_subcommand("ingest", "read an archive into the store of a stopped engine");
  add_config(ingest_command, ingest_options, true);
  ingest_command->add_option("--input", ingest_options.input, "file, directory, or -")
      ->capture_default_str();
  ingest_command->add_option("--mode", ingest_options.mode, "backfill never notifies")
      ->check(CLI::IsMember({"backfill", "replay"}))
      ->capture_default_str();
  ingest_command->add_option("--owned-by", ingest_options.owned_by, "tenant that keeps all of it");
  ingest_command->add_option(
      "--format", ingest_options.format,
      "canonical (NDJSON), csv, services_publics_plus_csv, open311_xml, vine …");
  ingest_command->add_option("--mapping", ingest_options.mapping,
                             "YAML: which columns of a csv are what of a mention");
  ingest_command->callback([&] { exit_code = ingest(ingest_options); });

  auto* rules_command = app.add_subcommand("rules", "check, test and explain rule packs");
  rules_command->require_subcommand(1);
  RulesOptions rules_options;
  auto* check_command = rules_command->add_subcommand(
      "check", "compile all packs; every problem with file:line, doubts as warnings");
  auto* test_command = rules_command->add_subcommand("test", "run the tests beside the packs");
  for (auto* command : {check_command, test_command}) {
    add_rules(command, rules_options.rules);
  }
  for (CLI::App* command : {check_command, test_command}) {
    add_config(command, rules_options, false);
  }
  test_command->add_flag("--lines", rules_options.lines, "PASS or FAIL, one line per test");
  BacktestOptions backtest_options;
  auto* backtest_command = rules_command->add_subcommand(
      "backtest",
      "what kept mentions would have become by other rules, and who would have been told");
  add_config(backtest_command, backtest_options, true);
  backtest_command->add_option("--rules", backtest_options.rules, "the new rules' directory")
      ->check(CLI::ExistingDirectory)
      ->required();
  backtest_command->add_option("--since", backtest_options.since,
                               "2026-10-01, an RFC 3339 time, or 30d; all that is kept if absent");
  backtest_command->add_option("--tenant", backtest_options.tenant, "all if absent");
  backtest_command
      ->add_option("--seconds-per-alert", backtest_options.seconds_per_alert,
                   "to read an alert and decide")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  backtest_command->add_flag("--json", backtest_options.json, "one JSON object per tenant");
  backtest_command->callback([&] { exit_code = rules_backtest(backtest_options); });
  check_command->callback([&] { exit_code = rules_check(rules_options); });
  test_command->callback([&] { exit_code = rules_test(rules_options); });
  ExplainOptions explain_options;
  add_explain(rules_command, explain_options, exit_code);

  ReclassifyOptions reclassify_options;
  auto* reclassify_command = app.add_subcommand(
      "reclassify",
      "judge what the store of a stopped engine holds by the rules in force; raises no alert. "
      "Interrupted, it leaves a usable store and goes on when called again");
  add_config(reclassify_command, reclassify_options, true);
  reclassify_command->add_flag("--all", reclassify_options.all,
                               "also what these rules have judged, as after a new Vigie");
  reclassify_command->callback([&] { exit_code = reclassify(reclassify_options); });

  auto* model_command = app.add_subcommand("model", "train and evaluate learned weights");
  model_command->require_subcommand(1);
  ModelTrainOptions train_options;
  auto* train_command = model_command->add_subcommand(
      "train", "learn from labelled texts; kept only if not worse on the guard set");
  train_command->add_option("--recipe", train_options.recipe, "what to learn from (YAML)")
      ->required()
      ->check(CLI::ExistingFile);
  train_command->add_option("--data", train_options.data, "where files lie that are not beside it")
      ->check(CLI::ExistingDirectory);
  add_rules(train_command, train_options.rules);
  train_command->add_option("--out", train_options.out, "model file to write")->required();
  train_command
      ->add_option("--corrections", train_options.corrections,
                   "more labelled texts (vigie query --corrections)")
      ->check(CLI::ExistingFile);
  train_command->add_flag("--force", train_options.force, "write it even if it is worse");
  train_command->callback([&] { exit_code = model_train(train_options); });
  ModelEvalOptions eval_options;
  auto* eval_command = model_command->add_subcommand(
      "eval", "macro-F1, precision, recall, confusion, calibration on files of label<TAB>text");
  add_rules(eval_command, eval_options.rules);
  eval_command->add_option("--model", eval_options.model, "instead of the rules directory's")
      ->check(CLI::ExistingFile);
  eval_command->add_option("--language", eval_options.language, "of the texts: fr, en")
      ->check(CLI::IsMember({"fr", "en"}))
      ->capture_default_str();
  eval_command->add_option("files", eval_options.files, "labelled texts")
      ->required()
      ->check(CLI::ExistingFile);
  eval_command->callback([&] { exit_code = model_eval(eval_options); });

  ModelWordsOptions words_options;
  auto* words_command = model_command->add_subcommand(
      "words", "count how common words are, so that rising ones can be told");
  words_command->add_option("--language", words_options.language, "of the texts: fr, en")
      ->check(CLI::IsMember({"fr", "en"}))
      ->capture_default_str();
  words_command->add_option("--out", words_options.out, "file to write")->required();
  words_command
      ->add_option("--with", words_options.with,
                   "a file of this command's: what is commoner there is taken from there")
      ->check(CLI::ExistingFile);
  words_command->add_option("files", words_options.files, "a text a line, labels before a tab")
      ->required()
      ->check(CLI::ExistingFile);
  words_command->callback([&] { exit_code = model_words(words_options); });

  QueryOptions query_options;
  auto* query_command = app.add_subcommand("query", "stored mentions as NDJSON, newest first");
  add_config(query_command, query_options, true);
  query_command->add_option("--tenant", query_options.tenant, "needed where there are several");
  query_command->add_option("--topic", query_options.topic, "only with this topic");
  query_command->add_option("--tone", query_options.tone, "only of this tone")
      ->check(CLI::IsMember({"negative", "neutral", "positive"}));
  query_command->add_option("--urgency", query_options.urgency, "at least so urgent")
      ->check(CLI::IsMember({"low", "medium", "high", "critical"}));
  query_command->add_option("--source", query_options.source, "only from this network or feed");
  query_command->add_option("--since", query_options.since, "RFC 3339 date, of publication");
  query_command->add_option("--until", query_options.until, "RFC 3339 date, of publication");
  auto* limit =
      query_command->add_option("--limit", query_options.limit, "0: all")->capture_default_str();
  auto* dead = query_command->add_flag("--dead-letters", query_options.dead_letters,
                                       "what could not be read, and why");
  auto* alerts =
      query_command->add_flag("--alerts", query_options.alerts, "alerts raised")->excludes(dead);
  auto* deliveries =
      query_command
          ->add_flag("--deliveries", query_options.deliveries,
                     "alerts that have not reached a receiver: still owed, or given up")
          ->excludes(dead)
          ->excludes(alerts);
  query_command
      ->add_option("--corrections", query_options.corrections,
                   "people's corrections of tone or urgency, to train a model: label, tab, text; "
                   "of all tenants unless --tenant says one")
      ->check(CLI::IsMember({"tone", "urgency"}))
      ->excludes(dead)
      ->excludes(alerts)
      ->excludes(deliveries)
      ->excludes(limit);
  query_command->callback([&] { exit_code = query(query_options); });

  ReportOptions report_options;
  add_report(app, report_options, exit_code);

  ConnectorsOptions connectors_options;
  OpmlOptions opml_options;
  add_connectors(app, connectors_options, opml_options, exit_code);

  AuditVerifyOptions audit_verify_options;
  AuditShowOptions audit_show_options;
  add_audit(app, audit_verify_options, audit_show_options, exit_code);

  AccountOptions account_options;
  add_account(app, account_options, exit_code);

  RgpdExportOptions rgpd_options;
  AccessOptions access_options;
  VerifyReceiptOptions receipt_options;
  add_rgpd(app, rgpd_options, access_options, receipt_options, exit_code);

  EraseOptions erase_options;
  add_erase(app, erase_options, exit_code);

  auto* rgs_command = app.add_subcommand("rgs", "a tenant's documents under the RGS");
  rgs_command->require_subcommand(1);
  RgpdExportOptions rgs_options;
  auto* rgs_documents = rgs_command->add_subcommand(
      "export",
      "the security file for the homologation: assets, flows, risks, measures and the "
      "tests that show each; in French, HTML");
  add_config(rgs_documents, rgs_options, true);
  rgs_documents->add_option("--tenant", rgs_options.tenant, "whose")->required();
  rgs_documents->add_option("--out", rgs_options.out, "a folder; it is made if it is not there")
      ->required();
  rgs_documents->callback([&] { exit_code = rgs_export(rgs_options); });

  EvidenceOptions evidence_options;
  EvidenceVerifyOptions evidence_verify_options;
  add_evidence(app, evidence_options, evidence_verify_options, exit_code);

  BackupOptions backup_options;
  RestoreOptions restore_options;
  add_backups(app, backup_options, restore_options, exit_code);

  auto* config_command = app.add_subcommand("config", "check a configuration");
  config_command->require_subcommand(1);
  ConfigCheckOptions config_options;
  auto* config_check_command =
      config_command->add_subcommand("check", "every problem with file:line; exits 2 if any");
  add_config(config_check_command, config_options, true);
  config_check_command->callback([&] { exit_code = config_check(config_options); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    // What is missing is often there, misspelt: then that is the mistake.
    const std::vector<std::string> unknown = app.remaining(true);
    app.exit(unknown.empty() ? CLI::ParseError(error) : CLI::ExtrasError(unknown));
    return kUsage;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return exit_code;
}
