#include "engine/app/rules_desk.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include "engine/app/backtest_json.h"
#include "engine/app/commands.h"
#include "engine/app/letter_column.h"
#include "engine/app/library.h"
#include "engine/app/own_pack_history.h"
#include "engine/core/json_writer.h"
#include "engine/core/own_rules.h"
#include "engine/match/rule_lint.h"
#include "engine/match/rule_reader.h"
#include "engine/parse/text_folder.h"

namespace vigie {
namespace {

using Act = RulesQuestion::Act;

/// What a preview may take of the thread that others wait for.
constexpr std::chrono::seconds kPreviewTime{10};

std::string_view kind_of(const Rule& rule) {
  switch (rule.kind) {
    case RuleKind::kWatch:
      return "watch";
    case RuleKind::kTopic:
      return "topic";
    case RuleKind::kTone:
      return "tone";
    case RuleKind::kUrgency:
      return "urgency";
    case RuleKind::kAbuse:
      return "abuse";
  }
  return "";
}

void write_rules(const RulePack& pack, std::string_view prefix, JsonWriter& json) {
  json.key("rules").begin_array();
  for (const Rule& rule : pack.rules) {
    const std::string_view id = rule.id;
    json.begin_object().key("id").value(id.starts_with(prefix) ? id.substr(prefix.size()) : id);
    json.key("known_as").value(id).key("kind").value(kind_of(rule));
    json.key("topic").value(rule.topic).key("weight").value(rule.weight);
    json.key("title").value(rule.title).key("about").value(rule.about);
    json.key("line").value(rule.line).key("distinct_authors").value(rule.crowd.authors);
    json.key("within_min").value(rule.crowd.within.count()).end_object();
  }
  json.end_array();
}

std::string without(std::string text, const std::string& part) {
  for (std::size_t at; (at = text.find(part)) != text.npos;) {
    text.erase(at, part.size());
  }
  return text;
}

std::string_view line_of(std::string_view text, int number) {
  for (; number > 1 && !text.empty(); --number) {
    const std::size_t end = text.find('\n');
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return text.substr(0, text.find('\n'));
}

RulesAnswer answer_with(std::string body) { return {.body = std::move(body)}; }

void write_version(const OwnPackVersion& version, bool in_force, JsonWriter& json) {
  json.begin_object().key("number").value(version.number);
  json.key("at").value(format_time(version.at)).key("by").value(version.by);
  json.key("reason").value(version.reason).key("hash").value(own_pack_hash(version.text));
  json.key("in_force").value(in_force);
}

}  // namespace

Result<RulesAnswer> RulesDesk::answer(TenantId tenant, const RulesQuestion& question) {
  switch (question.act) {
    case Act::kShow:
      return show(tenant);
    case Act::kCheck:
      return check(tenant, question.text);
    case Act::kPreview:
      return preview(tenant, question);
    case Act::kPublish:
      return publish(tenant, question);
    case Act::kHistory:
      return history(tenant);
    case Act::kVersion:
      return version(tenant, question.number);
    case Act::kRestore:
      return restore(tenant, question);
  }
  return fail(ErrorCode::kInvalidInput, "nobody asks this");
}

std::string RulesDesk::own_text(TenantId tenant) const {
  const std::shared_ptr<const Knowledge> in_force = engine_.knowledge();
  const auto text = in_force->own_texts.find(engine_.config().tenants[tenant].id);
  return text == in_force->own_texts.end() ? std::string() : text->second;
}

void RulesDesk::write_problems(std::string_view key, TenantId tenant,
                               const std::vector<Problem>& problems, std::string_view text,
                               JsonWriter& json) const {
  const std::string& town = engine_.config().tenants[tenant].id;
  const std::string own = own_pack_path(engine_.config().data_directory, town);
  json.key(key).begin_array();
  for (const Problem& problem : problems) {
    const bool is_own = problem.file == own;
    json.begin_object();
    if (!is_own) {
      json.key("file").value(std::filesystem::path(problem.file).filename().string());
    }
    json.key("line").value(problem.line).key("column");
    json.value(is_own ? letter_column(line_of(text, problem.line), problem.column) : 0);
    // What a terminal shows below, the line with a mark, is left out.
    const std::string message = without(problem.text, own_rule_prefix(town));
    json.key("message").value(std::string_view(message).substr(0, message.find('\n')));
    json.end_object();
  }
  json.end_array();
}

void RulesDesk::write_tests(TenantId tenant, const std::vector<Tested>& tests,
                            JsonWriter& json) const {
  const std::string prefix = own_rule_prefix(engine_.config().tenants[tenant].id);
  json.key("tests").begin_array();
  for (const auto& [test, faults] : tests) {
    json.begin_object().key("name").value(test.name).key("title").value(test.title);
    json.key("text").value(test.text).key("line").value(test.line);
    json.key("said_by").value(test.said_by).key("passed").value(faults.empty());
    json.key("faults").begin_array();
    for (const std::string& fault : faults) {
      json.value(without(fault, prefix));
    }
    json.end_array().end_object();
  }
  json.end_array();
}

/// Null if the files are not those in force any more: what they say is no longer known.
const std::vector<RulesDesk::Tested>* RulesDesk::tests_of(const std::string& pack,
                                                          const Knowledge& in_force) {
  const std::string& rules = engine_.config().rules_directory;
  if (tested_files_ != in_force.files) {
    if (hash_of_files(rules) != in_force.files) {
      return nullptr;
    }
    std::vector<Problem> problems;
    tested_.clear();
    run_pack_tests(
        rules,
        [this](const std::string& of, const RuleTest& test,
               const std::vector<std::string>& faults) {
          tested_[of].push_back({test, faults});
        },
        problems);
    if (!problems.empty()) {
      return nullptr;
    }
    tested_files_ = in_force.files;
  }
  return &tested_[pack];
}

Result<RulesAnswer> RulesDesk::show(TenantId tenant) {
  const std::shared_ptr<const Knowledge> in_force = engine_.knowledge();
  const std::shared_ptr<const Config> config = engine_.config_now();
  const Tenant& town = config->tenants[tenant];
  const std::string text = own_text(tenant);
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("ruleset").value(in_force->catalogue->ruleset);
  json.key("model").value(in_force->catalogue->model);
  json.key("loaded_at").value(format_time(engine_.rules_loaded_at()));
  json.key("may_weigh").value(engine_.config().tenants.size() == 1);
  json.key("variables").begin_array();
  for (const auto& [name, values] : town.variables) {
    json.value(name);
  }
  json.end_array().key("packs").begin_array();
  std::vector<Problem> problems;
  for (const std::string& name : town.packs) {
    const auto shared = in_force->pack_texts.find(name);
    if (shared == in_force->pack_texts.end()) {
      continue;
    }
    const std::optional<RulePack> pack = parse_pack(shared->second, name, problems);
    json.begin_object().key("name").value(name).key("title").value(pack ? pack->title : "");
    json.key("own").value(false).key("text").value(shared->second);
    write_rules(pack.value_or(RulePack()), kOwnRules, json);
    if (const std::vector<Tested>* tests = tests_of(name, *in_force)) {
      write_tests(tenant, *tests, json);
    } else {
      json.key("tests").null();
    }
    json.end_object();
  }
  std::vector<Tested> tested;
  TestedPack own;
  if (!text.empty()) {
    own = run_own_tests(
        text, own_pack_subject(*config, tenant, in_force->models),
        [&tested](const RuleTest& test, const std::vector<std::string>& faults) {
          tested.push_back({test, faults});
        },
        problems);
  }
  json.begin_object().key("name").value(own_pack_name(town.id)).key("title").value(own.pack.title);
  json.key("own").value(true).key("text").value(text).key("hash").value(own_pack_hash(text));
  if (const std::optional<RefusedOwnPack> refused = engine_.refused_own_pack(tenant)) {
    write_problems("problems", tenant, refused->problems, refused->text, json);
    json.key("refused_text").value(refused->text);
  } else {
    json.key("problems").begin_array().end_array();
  }
  write_rules(own.pack, own_rule_prefix(town.id), json);
  write_tests(tenant, tested, json);
  json.end_object().end_array().end_object();
  return answer_with(std::move(body));
}

RulesAnswer RulesDesk::check(TenantId tenant, const std::string& text) const {
  const std::shared_ptr<const Config> config = engine_.config_now();
  std::vector<Problem> problems;
  std::vector<Tested> tested;
  TestedPack own;
  if (!own_pack_hash(text).empty()) {
    own = run_own_tests(
        text, own_pack_subject(*config, tenant, engine_.knowledge()->models),
        [&tested](const RuleTest& test, const std::vector<std::string>& faults) {
          tested.push_back({test, faults});
        },
        problems);
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("hash").value(own_pack_hash(text));
  write_problems("problems", tenant, problems, text, json);
  const std::vector<Problem> doubts =
      find_doubtful_rules({own.pack}, {config->tenants[tenant]}, TextFolder::fold_phrase);
  write_problems("doubts", tenant, doubts, text, json);
  write_rules(own.pack, own_rule_prefix(engine_.config().tenants[tenant].id), json);
  write_tests(tenant, tested, json);
  json.end_object();
  return answer_with(std::move(body));
}

Result<RulesAnswer> RulesDesk::preview(TenantId tenant, const RulesQuestion& question) const {
  const std::shared_ptr<const Config> now = engine_.config_now();
  const Config& config = *now;
  const Tenant& town = config.tenants[tenant];
  const std::shared_ptr<const Knowledge> in_force = engine_.knowledge();
  if (hash_of_files(config.rules_directory) != in_force->files) {
    return fail(ErrorCode::kRefused,
                "files of rules were changed on the server and are not in force yet");
  }
  OwnPacks own{in_force->own_texts, config.data_directory};
  own.texts.erase(town.id);
  if (!own_pack_hash(question.text).empty()) {
    own.texts.emplace(town.id, question.text);
  }
  std::vector<Problem> problems;
  const std::shared_ptr<const Knowledge> next =
      with_own_packs(*in_force, own, config.rules_directory, config.tenants, problems);
  std::string body;
  JsonWriter json(body);
  if (next == nullptr) {
    json.begin_object();
    write_problems("problems", tenant, problems, question.text, json);
    json.end_object();
    return RulesAnswer{true, std::move(body)};
  }
  const Time since = engine_.clock().now() - std::chrono::days(question.days);
  const auto until = std::chrono::steady_clock::now() + kPreviewTime;
  const Result<BacktestReport> report =
      backtest(engine_.store(), tenant, town, in_force, next, since,
               [until] { return std::chrono::steady_clock::now() < until; });
  if (!report) {
    return tl::make_unexpected(report.error());
  }
  json.begin_object().key("days").value(question.days).key("since").value(format_time(since));
  json.key("backtest").raw(backtest_json(town.id, *report, BacktestOptions().seconds_per_alert));
  json.end_object();
  return answer_with(std::move(body));
}

Result<RulesAnswer> RulesDesk::publish(TenantId tenant, const RulesQuestion& question) {
  const Result<Engine::OwnPackChanged> changed =
      engine_.change_own_pack({tenant, question.text, question.base, question.reason, question.by});
  if (!changed) {
    return tl::make_unexpected(changed.error());
  }
  std::string body;
  JsonWriter json(body);
  if (!changed->problems.empty()) {
    json.begin_object();
    write_problems("problems", tenant, changed->problems, question.text, json);
    json.end_object();
    return RulesAnswer{true, std::move(body)};
  }
  json.begin_object().key("number").value(changed->number).key("hash").value(changed->hash);
  json.key("ruleset").value(changed->ruleset);
  json.key("loaded_at").value(format_time(engine_.rules_loaded_at())).end_object();
  return RulesAnswer{false, std::move(body),
                     "version " + std::to_string(changed->number) + ": " + question.reason};
}

Result<RulesAnswer> RulesDesk::history(TenantId tenant) const {
  const std::string text = own_text(tenant);
  const Result<std::vector<OwnPackVersion>> versions = read_own_pack_history(
      engine_.config().data_directory, engine_.config().tenants[tenant].id, text);
  if (!versions) {
    return tl::make_unexpected(versions.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("versions").begin_array();
  bool is_found = false;
  for (auto version = versions->rbegin(); version != versions->rend(); ++version) {
    const bool in_force = !is_found && own_pack_hash(version->text) == own_pack_hash(text);
    is_found |= in_force;
    write_version(*version, in_force, json);
    json.end_object();
  }
  json.end_array().end_object();
  return answer_with(std::move(body));
}

Result<RulesAnswer> RulesDesk::version(TenantId tenant, std::uint64_t number) const {
  const std::string text = own_text(tenant);
  const Result<std::vector<OwnPackVersion>> versions = read_own_pack_history(
      engine_.config().data_directory, engine_.config().tenants[tenant].id, text);
  if (!versions) {
    return tl::make_unexpected(versions.error());
  }
  const auto version = std::ranges::find(*versions, number, &OwnPackVersion::number);
  if (version == versions->end()) {
    return fail(ErrorCode::kNotFound, "there is no such version");
  }
  std::string body;
  JsonWriter json(body);
  write_version(*version, own_pack_hash(version->text) == own_pack_hash(text), json);
  json.key("text").value(version->text).end_object();
  return answer_with(std::move(body));
}

Result<RulesAnswer> RulesDesk::restore(TenantId tenant, const RulesQuestion& question) {
  const std::string text = own_text(tenant);
  const Result<std::vector<OwnPackVersion>> versions = read_own_pack_history(
      engine_.config().data_directory, engine_.config().tenants[tenant].id, text);
  if (!versions) {
    return tl::make_unexpected(versions.error());
  }
  const auto version = std::ranges::find(*versions, question.number, &OwnPackVersion::number);
  if (version == versions->end()) {
    return fail(ErrorCode::kNotFound, "there is no such version");
  }
  RulesQuestion again = question;
  again.text = version->text;
  again.base = own_pack_hash(text);
  return publish(tenant, again);
}

}  // namespace vigie
