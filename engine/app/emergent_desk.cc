#include "engine/app/emergent_desk.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "engine/app/backtest_json.h"
#include "engine/app/commands.h"
#include "engine/app/library.h"
#include "engine/app/own_pack_draft.h"
#include "engine/app/own_packs.h"
#include "engine/core/json_writer.h"
#include "engine/match/rule_reader.h"
#include "engine/pipeline/analyser.h"
#include "engine/trend/term_cutter.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxOthers = 2;  ///< tests of what a draft must not match

Time start_of_day(Day day) { return Time(std::chrono::days(day)); }

/// Estimates of people: three digits are more than they are worth.
void write_estimate(std::string_view name, double number, JsonWriter& json) {
  json.key(name).thousandths(std::llround(number * 1000));
}

void write_term(const EmergingTerm& term, JsonWriter& json) {
  json.begin_object().key("term").value(term.surface);
  json.key("authors_at_least").value(term.authors_at_least);
  write_estimate("author_days", term.author_days, json);
  json.key("share").value(term.share).key("background_share").value(term.background);
  json.key("jlh").value(term.jlh).end_object();
}

void write_group(const EmergentStudy::Group& group, JsonWriter& json) {
  const EmergingGroup& found = group.found;
  json.begin_object().key("id").value(found.id);
  json.key("kind").value(found.is_need ? "need" : "event").key("score").value(found.score);
  json.key("terms").begin_array();
  for (const EmergingTerm& term : found.terms) {
    write_term(term, json);
  }
  json.end_array();
  write_estimate("authors", found.authors, json);
  json.key("authors_at_least").value(found.authors_at_least);
  json.key("days_heard").value(found.days_heard).key("days").value(found.days);
  json.key("evenness").value(found.evenness).key("authors_by_day").begin_array();
  for (const double authors : found.authors_by_day) {
    json.thousandths(std::llround(authors * 1000));
  }
  json.end_array().key("examples").begin_array();
  for (const EmergentStudy::Example& example : group.examples) {
    json.begin_object().key("mention").value(to_string(example.ref));
    json.key("created_at").value(format_time(example.created_at));
    json.key("source").value(example.source).key("text").value(example.text).end_object();
  }
  json.end_array().end_object();
}

/// Whether the rules that `analyser` has know `text` by the draft's topic.
bool finds(Analyser& analyser, TenantId tenant, const RuleDraft& draft, std::string_view text) {
  Mention mention;
  mention.text = text;
  analyser.match(mention);
  std::vector<std::uint32_t> topics;
  analyser.collect_topics(tenant, topics);
  const std::vector<std::string>& names = analyser.knowledge().catalogue->names;
  return std::ranges::any_of(topics,
                             [&](std::uint32_t topic) { return names[topic] == draft.topic; });
}

std::string tests_of(const RuleDraft& draft, Analyser& analyser, TenantId tenant,
                     const EmergentStudy& study, const EmergentStudy::Group& wanted) {
  std::vector<std::string> matching = {wanted.found.terms.front().surface}, others;
  for (const EmergentStudy::Group& group : study.groups) {
    for (const EmergentStudy::Example& example : group.examples) {
      const bool is_found = finds(analyser, tenant, draft, example.text);
      if (&group == &wanted && is_found) {
        matching.push_back(example.text);
      } else if (&group != &wanted && !is_found && others.size() < kMaxOthers) {
        others.push_back(example.text);
      }
    }
  }
  return draft_tests(draft, matching, others);
}

/// What stands behind "FIELD:", to the end.
std::string items_of(const std::string& field, const std::string& yaml) {
  const std::size_t at = yaml.find("\n" + field + ":\n");
  return at == yaml.npos ? std::string() : yaml.substr(at + field.size() + 3);
}

}  // namespace

EmergentDesk::EmergentDesk(Engine& engine)
    : engine_(engine), language_(term_language(engine.config().tenants)) {}

EmergentSubject EmergentDesk::subject(TenantId tenant) const {
  return {tenant, language_, engine_.knowledge(), engine_.word_shares()};
}

Result<std::string> EmergentDesk::list(TenantId tenant, Day first, Day last) const {
  const Result<EmergentStudy> study = study_emergent(engine_.store(), subject(tenant), first, last);
  if (!study) {
    return tl::make_unexpected(study.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("from").value(format_time(start_of_day(study->first)));
  json.key("to").value(format_time(start_of_day(study->last + 1)));
  json.key("kept").value(study->kept).key("dropped").value(study->dropped);
  json.key("background_days").value(study->background_days);
  json.key("cold_start").value(study->is_cold()).key("is_cut").value(study->is_cut);
  json.key("groups").begin_array();
  for (const EmergentStudy::Group& group : study->groups) {
    write_group(group, json);
  }
  json.end_array().end_object();
  return body;
}

Result<std::string> EmergentDesk::draft(TenantId tenant, const std::string& id, Day first,
                                        Day last) const {
  const EmergentSubject subject = this->subject(tenant);
  const Result<EmergentStudy> study = study_emergent(engine_.store(), subject, first, last);
  if (!study) {
    return tl::make_unexpected(study.error());
  }
  const auto group = std::ranges::find(study->groups, id, [](const EmergentStudy::Group& one) {
    return std::string_view(one.found.id);
  });
  if (group == study->groups.end()) {
    return fail(ErrorCode::kNotFound, "there is no such group");
  }
  const RuleDraft draft = draft_rule(group->found, language_);

  std::vector<Problem> problems;
  std::vector<Tenant> tenants = engine_.config_now()->tenants;
  tenants[tenant].packs.push_back(draft.pack);
  std::shared_ptr<const Knowledge> next;
  if (const std::optional<RulePack> pack = parse_pack(draft.yaml, draft.pack, problems)) {
    next =
        with_pack(*subject.knowledge, *pack, engine_.config().rules_directory, tenants, problems);
  }
  if (next == nullptr) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  const Result<BacktestReport> report =
      backtest(engine_.store(), tenant, tenants[tenant], subject.knowledge, next,
               start_of_day(first), [] { return true; });
  if (!report) {
    return tl::make_unexpected(report.error());
  }
  Analyser analyser(next);
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("pack").value(draft.pack).key("rule").value(draft.rule);
  json.key("topic").value(draft.topic).key("yaml").value(draft.yaml);
  const std::string tests = tests_of(draft, analyser, tenant, *study, *group);
  json.key("tests_yaml").value(tests).key("own_text");
  const auto own = subject.knowledge->own_texts.find(tenants[tenant].id);
  const std::optional<std::string> own_text =
      with_rule(own == subject.knowledge->own_texts.end() ? std::string_view() : own->second,
                {items_of("rules", draft.yaml), items_of("tests", tests)},
                "Règles de " + tenants[tenant].name.text());
  own_text ? json.value(*own_text) : json.null();
  json.key("own_base")
      .value(own == subject.knowledge->own_texts.end() ? std::string()
                                                       : own_pack_hash(own->second));
  json.key("backtest")
      .raw(backtest_json(tenants[tenant].id, *report, BacktestOptions().seconds_per_alert));
  json.end_object();
  return body;
}

}  // namespace vigie
