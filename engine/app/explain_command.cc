#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/config.h"
#include "engine/app/input.h"
#include "engine/app/library.h"
#include "engine/app/own_packs.h"
#include "engine/core/json_writer.h"
#include "engine/match/explainer.h"
#include "engine/match/rule_reader.h"
#include "engine/parse/canonical.h"
#include "engine/parse/text_folder.h"
#include "engine/parse/utf8.h"

namespace vigie {
namespace {

/// Phrases of a list that do not occur are counted, not shown, beyond so many.
constexpr std::size_t kMaxMissingShown = 3;

bool found_something(const Explanation& explanation) {
  return !explanation.spans.empty() || std::ranges::any_of(explanation.children, found_something);
}

std::string crowd_of(const CrowdLimit& crowd) {
  return crowd.authors == 0 ? ""
                            : "; " + std::to_string(crowd.authors) + " distinct authors within " +
                                  std::to_string(crowd.within.count()) + " min are an alert";
}

std::string kind_of(const Rule& rule) {
  switch (rule.kind) {
    case RuleKind::kWatch:
      return "watch";
    case RuleKind::kTopic:
      return "topic " + rule.topic + crowd_of(rule.crowd);
    case RuleKind::kTone:
      return "tone " + std::to_string(rule.weight);
    case RuleKind::kUrgency:
      return "urgency " + std::to_string(rule.weight);
    case RuleKind::kAbuse:
      return "abuse " + std::to_string(rule.weight);
  }
  return {};
}

/// Prints what became of the rules, mention after mention.
class Narrator final : private MentionSink {
 public:
  Narrator(Explainer& explainer, TenantId tenant, const ExplainOptions& options)
      : explainer_(explainer), tenant_(tenant), options_(options) {}

  void tell(const Mention& mention) {
    mention_ = &mention;
    folder_.fold(mention.title, mention.text, folded_);
    out_.clear();
    std::string missed;
    for (const Explainer::OfRule& one : explainer_.explain(mention, folded_, tenant_)) {
      if (options_.rule.empty() && !found_something(one.explanation)) {
        continue;
      }
      if (options_.json) {
        write_json(one);
      } else if (!options_.rule.empty() || one.explanation.holds) {
        write_lines(one);
      } else {
        missed += (missed.empty() ? "" : ", ") + one.rule->id;
      }
    }
    if (!missed.empty()) {
      out_ +=
          "Of these something was found, but they do not hold (--rule ID shows why): " + missed +
          "\n";
    }
    std::fwrite(out_.data(), 1, out_.size(), stdout);
  }

  void tell(Payload piece) {
    Envelope envelope;
    envelope.origin = std::make_shared<const Origin>();
    envelope.bytes = std::move(piece);
    mapping_->map(envelope, *this);
  }
  bool rejected() const { return rejected_; }

 private:
  void mention(const Mention& mention) override {
    if (!mention.deleted) {
      tell(mention);
    }
  }
  void reject(RejectReason reason, std::string_view detail, std::string_view) override {
    rejected_ = true;
    std::fprintf(stderr, "vigie: a mention could not be read: %s %.*s\n",
                 std::string(to_string(reason)).c_str(), static_cast<int>(detail.size()),
                 detail.data());
  }

  std::string_view words(const Span& span) const {
    return (span.field == Field::kTitle ? mention_->title : mention_->text)
        .substr(span.start, span.end - span.start);
  }

  void write_lines(const Explainer::OfRule& one) {
    out_ += one.rule->id + " (" + kind_of(*one.rule) +
            (one.explanation.holds ? "): holds\n" : "): does not hold\n");
    write_tree(one.explanation, 1);
  }

  void write_tree(const Explanation& explanation, std::size_t depth) {
    out_.append(depth * 2, ' ').append(explanation.holds ? "yes " : "no  ");
    out_ += explanation.condition;
    const char* separator = "   found: ";
    for (const Span& span : explanation.spans) {
      out_.append(separator).append("\"").append(words(span)).append("\" ");
      out_ += (span.field == Field::kTitle ? "title " : "text ") + std::to_string(span.start) +
              "-" + std::to_string(span.end);
      separator = ", ";
    }
    out_ += '\n';
    std::size_t missing = 0;
    for (const Explanation& child : explanation.children) {
      if (child.holds || !child.is_phrase || ++missing <= kMaxMissingShown) {
        write_tree(child, depth + 1);
      }
    }
    if (missing > kMaxMissingShown) {
      out_.append(depth * 2 + 2, ' ').append("no  … and ");
      out_ += std::to_string(missing - kMaxMissingShown) + " more phrases\n";
    }
  }

  void write_json(const Explainer::OfRule& one) {
    JsonWriter json(out_);
    json.begin_object();
    if (!mention_->id.empty()) {
      json.key("mention").value(mention_->id);
    }
    json.key("rule").value(one.rule->id).key("holds").value(one.explanation.holds);
    if (const CrowdLimit& crowd = one.rule->crowd; crowd.authors != 0) {
      json.key("distinct_authors").value(crowd.authors);
      json.key("within_minutes").value(crowd.within.count());
    }
    json.key("tree");
    write_json_tree(one.explanation, json);
    json.end_object().line();
  }

  void write_json_tree(const Explanation& explanation, JsonWriter& json) {
    json.begin_object().key("condition").value(explanation.condition);
    json.key("holds").value(explanation.holds).key("found").begin_array();
    for (const Span& span : explanation.spans) {
      json.begin_object().key("field").value(span.field == Field::kTitle ? "title" : "text");
      json.key("start").value(span.start).key("end").value(span.end);
      json.key("words").value(words(span)).end_object();
    }
    json.end_array().key("children").begin_array();
    for (const Explanation& child : explanation.children) {
      write_json_tree(child, json);
    }
    json.end_array().end_object();
  }

  Explainer& explainer_;
  TenantId tenant_;
  const ExplainOptions& options_;
  std::unique_ptr<Mapping> mapping_ = make_canonical_mapping(Requirement::kClassify);
  TextFolder folder_;
  FoldedText folded_;
  const Mention* mention_ = nullptr;
  std::string out_;
  bool rejected_ = false;
};

/// Who the rules are explained for: of the configuration, or everybody with the variables given.
struct Audience {
  std::string rules;
  std::vector<Tenant> tenants;
  OwnPacks own = {};
  TenantId tenant = 0;
};

Audience read_audience(const ExplainOptions& options, std::vector<Problem>& problems) {
  Audience audience;
  audience.rules = options.rules.empty() ? "rules" : options.rules;
  if (options.config.empty()) {
    Tenant tenant = everybody(audience.rules);
    for (const std::string& variable : options.variables) {
      const std::size_t equals = variable.find('=');
      if (equals == variable.npos || equals == 0) {
        problems.push_back({"--variable", 0, 0, "'" + variable + "' is not NAME=VALUE"});
        continue;
      }
      tenant.variables[variable.substr(0, equals)].push_back(variable.substr(equals + 1));
    }
    audience.tenants = {std::move(tenant)};
    return audience;
  }
  std::optional<Config> config = read_config(options.config, problems);
  if (!config) {
    return audience;
  }
  audience.rules = options.rules.empty() ? config->rules_directory : audience.rules;
  audience.own = read_own_packs(config->data_directory, config->tenants, problems);
  audience.tenants = std::move(config->tenants);
  const auto tenant = options.tenant.empty()
                          ? audience.tenants.begin()
                          : std::ranges::find(audience.tenants, options.tenant, &Tenant::id);
  if (options.tenant.empty() && audience.tenants.size() > 1) {
    problems.push_back({"--tenant", 0, 0, "is needed: there are several"});
  } else if (tenant == audience.tenants.end()) {
    problems.push_back({"--tenant", 0, 0, "there is no tenant '" + options.tenant + "'"});
  } else {
    audience.tenant = static_cast<TenantId>(tenant - audience.tenants.begin());
  }
  return audience;
}

std::unique_ptr<Explainer> make_explainer(const Audience& audience, const std::string& rule,
                                          std::vector<Problem>& problems) {
  if (!problems.empty() ||
      !read_knowledge(audience.rules, audience.tenants, audience.own, problems)) {
    return nullptr;
  }
  std::vector<RulePack> packs = read_packs(audience.rules + "/packs", problems);
  std::vector<Tenant> tenants = audience.tenants;
  add_own_packs(audience.own, packs, tenants, problems);
  const bool is_there = std::ranges::any_of(packs, [&](const RulePack& pack) {
    return std::ranges::find(pack.rules, rule, &Rule::id) != pack.rules.end();
  });
  if (!rule.empty() && !is_there) {
    problems.push_back({"--rule", 0, 0, "there is no rule '" + rule + "'"});
    return nullptr;
  }
  return Explainer::make(packs, tenants, rule, TextFolder::fold_phrase, problems);
}

}  // namespace

int rules_explain(const ExplainOptions& options) {
  std::vector<Problem> problems;
  const Audience audience = read_audience(options, problems);
  const std::unique_ptr<Explainer> explainer = make_explainer(audience, options.rule, problems);
  Result<Input> input = Input::open(options.input.empty() ? "/dev/null" : options.input);
  if (!input) {
    problems.push_back({options.input, 0, 0, input.error().text});
  }
  if (!is_valid_utf8(options.text) || !is_valid_utf8(options.title)) {
    std::fputs("vigie: the text is not valid UTF-8\n", stderr);
    return kUsage;
  }
  if (options.input.empty() && options.text.empty()) {
    problems.push_back({"--text", 0, 0, "or --input is needed: what the rules are to look at"});
  }
  if (!problems.empty()) {
    return usage(problems);
  }
  Narrator narrator(*explainer, audience.tenant, options);
  if (options.input.empty()) {
    Mention mention;
    mention.title = options.title;
    mention.text = options.text;
    narrator.tell(mention);
    return kOk;
  }
  for (;;) {
    Result<std::optional<Payload>> piece = input->next();
    if (!piece) {
      std::fprintf(stderr, "%s: %s\n", options.input.c_str(), piece.error().text.c_str());
      return kFailed;
    }
    if (!*piece) {
      return narrator.rejected() ? kInputHadProblems : kOk;
    }
    narrator.tell(std::move(**piece));
  }
}

}  // namespace vigie
