#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vigie {

/// What every command answers to the shell.
enum ExitCode : int {
  kOk = 0,
  kInputHadProblems = 1,  ///< the work was done, but some input was refused or a test failed
  kUsage = 2,             ///< the command line or the configuration is wrong
  kFailed = 3,            ///< the world did not allow it: disk, port, lock
};

struct ServeOptions {
  std::string config;
};
/// Runs the service until SIGTERM or SIGINT; SIGHUP reloads rules and lexicons.
int serve(const ServeOptions& options);

struct ClassifyOptions {
  std::string rules;   ///< directory; with `config`, the configuration's if empty
  std::string config;  ///< tenants to classify for; empty: one tenant with every pack, keeping all
  std::string input = "-";
  std::uint32_t threads = 0;  ///< 0: as many as there are CPUs
};
/// Canonical mentions in (NDJSON), one verdict line each out, in order.
int classify(const ClassifyOptions& options);

struct ParseOptions {
  std::string format;
  std::string input = "-";
  std::string base_url;
};
/// One source's message in, canonical mentions out (NDJSON).
int parse(const ParseOptions& options);

struct IngestOptions {
  std::string config;
  std::string input = "-";
  std::string mode = "backfill";
  std::string owned_by;  ///< a tenant that keeps all of it
  std::string format;    ///< of the input; empty: canonical
  std::string mapping;   ///< a YAML file: how a table's columns are mentions
};
/// Reads an archive into the store of a stopped engine. What was killed goes on where it was:
/// nothing is lost or stored twice.
int ingest(const IngestOptions& options);

struct RulesOptions {
  std::string rules;
  std::string config;
  bool lines = false;  ///< machine-readable: PASS or FAIL per test
};
int rules_check(const RulesOptions& options);
int rules_test(const RulesOptions& options);

struct BacktestOptions {
  std::string config;
  std::string rules;   ///< the new rules' directory
  std::string tenant;  ///< empty: all
  std::string since;   ///< "2026-10-01", an RFC 3339 time, or "30d"; empty: all that is kept
  std::uint32_t seconds_per_alert = 120;  ///< to read one and decide
  bool json = false;
};
/// What kept mentions would have become, and who would have been told, by other rules; also while
/// an engine runs.
int rules_backtest(const BacktestOptions& options);

struct ReclassifyOptions {
  std::string config;
  bool all = false;  ///< also what the rules in force have judged
};
/// Judges what the store of a stopped engine holds by the rules in force.
int reclassify(const ReclassifyOptions& options);

struct ModelTrainOptions {
  std::string recipe;  ///< YAML: what to learn from
  std::string data;    ///< folder of what does not lie beside the recipe; may be empty
  std::string rules;
  std::string out;
  std::vector<std::string> corrections;  ///< more files of labelled texts
  bool force = false;                    ///< write it even if it is worse on the guard set
};
/// Learns a model from labelled texts; written only if it is not worse on the recipe's guard set.
int model_train(const ModelTrainOptions& options);

struct ModelWordsOptions {
  std::string language = "fr";
  std::string out;
  std::string with;                ///< earlier words: what is commoner there is taken from there
  std::vector<std::string> files;  ///< a text a line; what stands before its last tab is left out
};
/// Counts in how many texts each stem stands (WordShares).
int model_words(const ModelWordsOptions& options);

struct ModelEvalOptions {
  std::string rules;
  std::string model;  ///< to judge with instead of the rules directory's; may be empty
  std::string language = "fr";
  std::vector<std::string> files;
};
/// How good the verdicts are on files of labelled texts.
int model_eval(const ModelEvalOptions& options);

struct ExplainOptions {
  std::string rules, config, tenant;
  std::vector<std::string> variables;  ///< "commune=Techniville", where there is no configuration
  std::string rule;                ///< empty: all that hold, and the names of those that nearly do
  std::string title, text, input;  ///< `input`: canonical mentions instead of `text`
  bool json = false;
};
int rules_explain(const ExplainOptions& options);

struct QueryOptions {
  std::string config;
  std::string tenant;
  std::string topic, tone, urgency, source, since, until;
  std::uint64_t limit = 20;  ///< 0: all
  bool dead_letters = false;
  bool alerts = false;
  bool deliveries = false;
  std::string corrections;  ///< "tone" or "urgency": people's corrections of it
};
/// Stored mentions (or dead letters, alerts, deliveries) as NDJSON, newest first; corrections of
/// all tenants as label, tab, text. Also while an engine runs.
int query(const QueryOptions& options);

struct ReportOptions {
  std::string config, tenant;
  std::string week;             ///< "2026-W42"; empty: the last whole one
  std::string format = "html";  ///< html, pdf, csv, open-data
  std::string language;         ///< fr or en; empty: the tenant's
  std::string out;              ///< a file; empty: standard output
  std::uint32_t k = 5;          ///< open data: at least so many authors behind a shown cell
};
/// The week of a tenant on one page for elected officials, or its figures; also while an engine
/// runs.
int report(const ReportOptions& options);

struct ConnectorsOptions {
  std::string config;
  std::string name;   ///< whom to probe
  bool json = false;  ///< a list as JSON
};
/// The configuration's connectors, one a line: id, type, format, network; as JSON with what goes to
/// each and where that is.
int connectors_list(const ConnectorsOptions& options);
/// Asks a source once, as its connector would, without storing or acknowledging anything: whether
/// it answers and accepts our credentials, and the first three mentions (NDJSON).
int connectors_probe(const ConnectorsOptions& options);

struct OpmlOptions {
  std::string file;    ///< or "-"
  std::string config;  ///< what is in there is left out, its ids are not given again; may be empty
};
/// A subscription list (OPML) in, the YAML of feeds to add below `connectors:` out.
int connectors_import_opml(const OpmlOptions& options);

struct AuditVerifyOptions {
  std::string config;
  std::string mark;  ///< "12:3f…", written down elsewhere: that entry must be there; may be empty
};
/// Whether the audit trail is as it was written; each flaw with its file and line. Also while an
/// engine runs.
int audit_verify(const AuditVerifyOptions& options);

struct AuditShowOptions {
  std::string config;
  std::uint64_t limit = 20;  ///< 0: all
};
/// The audit trail's entries as they are, newest first.
int audit_show(const AuditShowOptions& options);

struct RgpdExportOptions {
  std::string config, tenant;
  std::string out;  ///< a folder
};
/// A tenant's documents under the RGPD, from its configuration: the record of the processing
/// activity, what an impact assessment needs, the notice to the public. In French, HTML.
int rgpd_export(const RgpdExportOptions& options);
/// The security file for a town's homologation under the RGS, likewise.
int rgs_export(const RgpdExportOptions& options);

struct BackupOptions {
  std::string config, directory;
  bool rewrite = false;  ///< instead: writes those that are there anew without who was erased since
};
/// Backs up all that is stored into a folder of backups; a running engine does it itself.
int backup(const BackupOptions& options);

struct RestoreOptions {
  std::string config, directory;
  std::string backup;               ///< its folder's name; empty: the newest
  bool without_identities = false;  ///< they are elsewhere
};
/// Puts a backup back where there is no store.
int restore(const RestoreOptions& options);

/// Whom somebody asks about: a pseudonym, a mention's author, or a network and an id or a name.
struct AuthorOptions {
  std::string config, tenant, pseudonym, network, author_id, handle, mention;
};
struct EraseOptions {
  AuthorOptions author;
  std::string kind = "erasure";  ///< or "objection"
  std::string out;               ///< where the receipt goes; empty: standard output
};
/// Forgets an author, now and from now on; prints the signed receipt. A running engine does it
/// itself.
int erase(const EraseOptions& options);

struct AccessOptions {
  AuthorOptions author;
  std::string out;
};
/// Everything that is kept on an author, as JSON; also while an engine runs.
int rgpd_access(const AccessOptions& options);

struct EvidenceOptions {
  AuthorOptions author;  ///< its mention
  std::string out;
};
/// Writes the evidence file of a mention, for a complaint; also while an engine runs.
int evidence(const EvidenceOptions& options);

struct EvidenceVerifyOptions {
  std::string file;
  std::string public_key;  ///< that it has to be signed with; may be empty
};
/// Whether an evidence file is as it was made.
int evidence_verify(const EvidenceVerifyOptions& options);

struct VerifyReceiptOptions {
  std::string config, public_key;  ///< one of the two
  std::string file;                ///< or "-"
};
/// Whether a receipt is as this service signed it.
int verify_receipt(const VerifyReceiptOptions& options);

struct ConfigCheckOptions {
  std::string config;
};
int config_check(const ConfigCheckOptions& options);

}  // namespace vigie
