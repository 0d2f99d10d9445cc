#include "engine/match/rule_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>

#include "engine/match/own_bounds.h"
#include "engine/match/phrase_text.h"
#include "engine/match/query_parser.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxConditionDepth = 16;
constexpr std::size_t kMaxPhrasesPerList = 1'000;
constexpr std::int64_t kMaxWeight = 1'000;
constexpr std::int64_t kMaxDistance = 100;
constexpr std::size_t kMaxTitleBytes = 100;
constexpr std::size_t kMaxCrowdRulesPerPack = 100;

constexpr std::array<std::string_view, 5> kKindFields = {"watch", "topic", "tone", "urgency",
                                                         "abuse"};
constexpr std::array<std::string_view, 8> kConditionFields = {"any", "all",   "none",  "near",
                                                              "of",  "regex", "exact", "query"};

bool is_rule_id(const std::string& id) {
  return !id.empty() && id.size() <= 100 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

/// A field like "30min" or "2h", at least `least`, at most CrowdLimit::kMaxWithin.
std::chrono::minutes read_span(const Settings& map, std::string_view field,
                               std::chrono::minutes least, std::vector<Problem>& problems) {
  const std::string text = map.text(field, problems);
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  const Settings* const place = map.find(field);
  if (place == nullptr) {
    return least;
  }
  if (read.ec != std::errc{} || (unit != "min" && unit != "h")) {
    place->complain(in_quotes(text) + ": '" + std::string(field) +
                        "' is a whole number of minutes or hours, as 30min or 2h",
                    problems);
    return least;
  }
  const auto long_span = std::chrono::minutes(unit == "h" ? std::int64_t{60} * number : number);
  if (long_span < least || long_span > CrowdLimit::kMaxWithin) {
    place->complain(in_quotes(text) + ": '" + std::string(field) + "' is from " +
                        std::to_string(least.count()) +
                        "min to 4h: who spoke is kept in memory so long; what is slower shows "
                        "against the usual volume",
                    problems);
    return least;
  }
  return long_span;
}

/// What one pack may hold.
struct PackBounds {
  std::size_t rules = 100'000, query_parts = 500'000, tests = 100'000;
};
constexpr PackBounds kOwnBounds = {kMaxOwnRules, kMaxOwnQueryParts, kMaxOwnTests};

class PackReader {
 public:
  explicit PackReader(std::vector<Problem>& problems, const PackBounds& bounds = {})
      : problems_(problems), bounds_(bounds) {}

  /// Its tests stand elsewhere, or are read by whoever says `has_tests`.
  void read(const Settings& root, RulePack& pack, bool has_tests = false) {
    std::vector<std::string_view> known = {"title",    "language", "firm",   "needs",
                                           "optional", "lists",    "macros", "rules"};
    if (has_tests) {
      known.push_back("tests");
    }
    root.allow_only(known, problems_);
    pack.title = root.text("title", problems_, "");
    pack.language = root.text("language", problems_, "");
    pack.firm = root.boolean("firm", problems_, true);
    pack.needs = root.texts("needs", problems_);
    pack.optional = root.texts("optional", problems_);
    if (const Settings* lists = root.find("lists")) {
      read_lists(*lists, pack);
    }
    declare_names(root, pack);
    if (const Settings* macros = root.find("macros")) {
      read_macros(*macros);
    }
    const Settings* rules = root.find("rules");
    if (rules == nullptr || rules->type() != Settings::Type::kList ||
        rules->items().size() > bounds_.rules) {
      (rules != nullptr ? *rules : root)
          .complain("'rules' must be a list of at most " + std::to_string(bounds_.rules) + " rules",
                    problems_);
      return;
    }
    for (const Settings& item : rules->items()) {
      read_rule(item, pack);
    }
  }

 private:
  void read_lists(const Settings& lists, RulePack& pack) {
    if (lists.type() != Settings::Type::kMap) {
      lists.complain("'lists' is a map: each name with its phrases", problems_);
    }
    for (const auto& [name, value] : lists.fields()) {
      std::vector<std::string>& phrases = pack.lists[name] = lists.texts(name, problems_);
      if (phrases.empty()) {
        value.complain("the list '" + name + "' is empty", problems_);
      }
      for (const std::string& phrase : phrases) {
        if (phrase.find_first_of("{}") != std::string::npos) {
          value.complain("'" + phrase + "': a list's entry cannot use another {name}", problems_);
        }
      }
    }
  }

  /// Every {name} that phrases may use: lists, and what tenants give.
  void declare_names(const Settings& root, const RulePack& pack) {
    for (const auto& [name, phrases] : pack.lists) {
      names_.insert(name);
    }
    for (const auto* given : {&pack.needs, &pack.optional}) {
      for (const std::string& name : *given) {
        if (!names_.insert(name).second) {
          root.complain("{" + name + "} is said twice in lists, needs and optional", problems_);
        }
      }
    }
  }

  /// A macro may use those above it.
  void read_macros(const Settings& macros) {
    if (macros.type() != Settings::Type::kMap) {
      macros.complain("'macros' is a map: each name with its query", problems_);
    }
    for (const auto& [name, value] : macros.fields()) {
      if (names_.contains(name)) {
        value.complain("{" + name + "} is already a list or one of needs and optional", problems_);
      } else if (auto condition = read_query(value, macros.text(name, problems_))) {
        macros_.emplace(name, std::move(*condition));
      }
    }
  }

  std::optional<Condition> read_query(const Settings& place, const std::string& query) {
    const auto is_name = [this](std::string_view name) { return names_.contains(name); };
    return bounded(
        place, parse_query(query, {place.file(), place.line(), place.column(), is_name, macros_},
                           problems_));
  }

  /// Macros are copied wherever they are used: what that comes to is bounded.
  std::optional<Condition> bounded(const Settings& place, std::optional<Condition> condition) {
    const std::size_t before = queried_conditions_;
    queried_conditions_ += condition ? count_conditions(*condition) : 0;
    if (queried_conditions_ <= bounds_.query_parts) {
      return condition;
    }
    if (before <= bounds_.query_parts) {  // once is enough
      place.complain("with their macros filled in this pack's queries have more than " +
                         std::to_string(bounds_.query_parts) + " parts",
                     problems_);
    }
    return std::nullopt;
  }

  void read_rule(const Settings& item, RulePack& pack) {
    if (item.type() != Settings::Type::kMap) {
      item.complain("a rule is a map of fields", problems_);
      return;
    }
    std::vector<std::string_view> known = {"id",    "title", "about", "firm", "distinct_authors",
                                           "within"};
    known.insert(known.end(), kKindFields.begin(), kKindFields.end());
    known.insert(known.end(), kConditionFields.begin(), kConditionFields.end());
    const std::size_t before = problems_.size();
    item.allow_only(known, problems_);

    Rule rule;
    rule.line = item.line();
    rule.column = item.column();
    rule.id = item.text("id", problems_);
    rule.title = item.text("title", problems_, "");
    rule.about = item.text("about", problems_, "");
    rule.firm = item.boolean("firm", problems_, pack.firm);
    if (rule.title.size() > kMaxTitleBytes) {
      item.find("title")->complain("'title' is longer than 100 bytes", problems_);
    }
    const Settings* id = item.find("id");
    if (id != nullptr && !is_rule_id(rule.id)) {
      id->complain("'" + rule.id +
                       "' is not a rule id: small letters, digits, '.', '_' and '-', at most 100",
                   problems_);
    } else if (id != nullptr && !ids_.insert(rule.id).second) {
      id->complain("'" + rule.id + "' is already taken in this pack", problems_);
    }
    read_kind(item, rule);
    read_crowd(item, rule);
    rule.condition = read_conditions(item, 0);
    check_that_it_can_be_found(item, rule.condition);
    if (problems_.size() == before) {
      pack.rules.push_back(std::move(rule));
    }
  }

  void check_that_it_can_be_found(const Settings& item, const Condition& condition) {
    const Condition* part = find_unfindable(condition);
    if (part == nullptr) {
      return;
    }
    if (part->query == nullptr) {
      item.complain(
          "'none' alone would match nearly everything: beside it must stand any, all, near, regex "
          "or query",
          problems_);
    } else {
      problems_.push_back(problem_at(item.file(), *part,
                                     "this alone would hold for nearly every mention, as it only "
                                     "excludes or filters: add a word or phrase with AND"));
    }
  }

  void read_kind(const Settings& item, Rule& rule) {
    int kinds = 0;
    for (std::size_t i = 0; i < kKindFields.size(); ++i) {
      const std::string_view field = kKindFields[i];
      if (item.find(field) == nullptr) {
        continue;
      }
      ++kinds;
      rule.kind = static_cast<RuleKind>(i);
      if (rule.kind == RuleKind::kTopic) {
        rule.topic = item.text(field, problems_);
      } else if (rule.kind == RuleKind::kWatch) {
        if (!item.boolean(field, problems_)) {
          item.find(field)->complain("'watch' can only be true", problems_);
        }
      } else {
        rule.weight =
            static_cast<std::int32_t>(item.integer(field, -kMaxWeight, kMaxWeight, problems_));
      }
    }
    if (kinds != 1) {
      item.complain("a rule decides exactly one of: watch, topic, tone, urgency, abuse", problems_);
    }
  }

  /// How many different people have to say so, and how close together.
  void read_crowd(const Settings& item, Rule& rule) {
    const Settings* const authors = item.find("distinct_authors");
    const Settings* const within = item.find("within");
    if (authors == nullptr && within == nullptr) {
      return;
    }
    if (authors == nullptr) {
      within->complain("'within' belongs to a 'distinct_authors': how many different people",
                       problems_);
    } else if (within == nullptr) {
      authors->complain(
          "'distinct_authors' needs 'within': how close together they speak, as 30min or 2h",
          problems_);
    } else if (rule.kind != RuleKind::kTopic) {
      authors->complain("'distinct_authors' belongs to a topic rule: what people speak of",
                        problems_);
    } else if (++crowd_rules_ > kMaxCrowdRulesPerPack) {
      authors->complain("more than 100 rules of this pack count authors", problems_);
    } else {
      rule.crowd.authors = static_cast<std::uint16_t>(
          item.integer("distinct_authors", 2, CrowdLimit::kMaxAuthors, problems_));
      rule.crowd.within = read_span(item, "within", std::chrono::minutes(1), problems_);
    }
  }

  /// All condition fields of one map; several together must all hold.
  Condition read_conditions(const Settings& map, std::size_t depth) {
    Condition all;
    all.op = Condition::Op::kAll;
    all.line = map.line();
    all.column = map.column();
    if (depth > kMaxConditionDepth) {
      map.complain("conditions nested deeper than 16", problems_);
      return all;
    }
    using Op = Condition::Op;
    constexpr std::pair<std::string_view, Op> kListed[] = {
        {"any", Op::kAny}, {"all", Op::kAll}, {"none", Op::kNone}};
    for (const auto& [field, op] : kListed) {
      if (const Settings* list = map.find(field)) {
        all.children.push_back(read_list(*list, field, op, depth));
      }
    }
    if (map.find("near") != nullptr || map.find("of") != nullptr) {
      all.children.push_back(read_near(map, depth));
    }
    if (const Settings* query = map.find("query")) {
      auto condition = read_query(*query, map.text("query", problems_));
      all.children.push_back(condition ? std::move(*condition) : leaf(*query, Op::kPhrase, {}));
    }
    if (const Settings* regex = map.find("regex")) {
      Condition condition = leaf(*regex, Op::kRegex, map.text("regex", problems_));
      condition.exact = map.boolean("exact", problems_, false);
      all.children.push_back(std::move(condition));
    } else if (const Settings* exact = map.find("exact")) {
      exact->complain("'exact' belongs to a 'regex'", problems_);
    }
    if (all.children.empty()) {
      map.complain("a rule must say what to look for: any, all, near with of, regex or query",
                   problems_);
      return leaf(map, Op::kPhrase, {});
    }
    return all.children.size() == 1 ? std::move(all.children.front()) : all;
  }

  Condition read_near(const Settings& map, std::size_t depth) {
    Condition near;
    const Settings* of = map.find("of");
    if (of == nullptr) {
      map.complain("'near' needs 'of': the phrases that stand near one another", problems_);
      return near;
    }
    if (map.find("near") == nullptr) {
      of->complain("'of' belongs to a 'near': how many words may lie between", problems_);
      return near;
    }
    near = read_list(*of, "of", Condition::Op::kNear, depth);
    near.distance = static_cast<std::uint32_t>(map.integer("near", 0, kMaxDistance, problems_));
    for (const Condition& member : near.children) {
      if (!is_of_phrases(member)) {
        problems_.push_back({of->file(), member.line, member.column,
                             "a member of 'near' is a phrase, or any of some phrases"});
      }
    }
    if (near.children.size() < 2) {
      of->complain("'of' needs two or more members", problems_);
    }
    return near;
  }

  Condition read_list(const Settings& list, std::string_view field, Condition::Op op,
                      std::size_t depth) {
    Condition condition;
    condition.op = op;
    condition.line = list.line();
    condition.column = list.column();
    if (list.type() != Settings::Type::kList || list.items().empty()) {
      list.complain("'" + std::string(field) + "' must be a list that is not empty", problems_);
      return condition;
    }
    if (list.items().size() > kMaxPhrasesPerList) {
      list.complain("more than 1,000 phrases: make a list of them, or several rules", problems_);
      return condition;
    }
    for (const Settings& item : list.items()) {
      if (item.type() == Settings::Type::kScalar) {
        condition.children.push_back(read_phrase(item));
      } else if (item.type() == Settings::Type::kMap) {
        item.allow_only(kConditionFields, problems_);
        condition.children.push_back(read_conditions(item, depth + 1));
      } else {
        item.complain("must be a phrase or a map of conditions", problems_);
      }
    }
    return condition;
  }

  /// A phrase, or a macro's whole condition.
  Condition read_phrase(const Settings& item) {
    const std::string& text = item.scalar();
    const PhraseText phrase = split_phrase(text);
    if (text.empty()) {
      item.complain("an empty phrase", problems_);
    } else if (!phrase.well_formed) {
      item.complain(in_quotes(text) + ": a '{' or '}' is not closed or has no name", problems_);
    } else if (phrase.names.size() == 1 && text == "{" + phrase.names[0] + "}" &&
               macros_.contains(phrase.names[0])) {
      auto condition = bounded(item, macros_.find(phrase.names[0])->second);
      return condition ? std::move(*condition) : leaf(item, Condition::Op::kPhrase, text);
    } else {
      for (const std::string& name : phrase.names) {
        if (!names_.contains(name)) {
          item.complain(in_quotes(text) + ": {" + name +
                            "} is neither a list of this pack nor one of its needs or optional",
                        problems_);
        }
      }
    }
    return leaf(item, Condition::Op::kPhrase, text);
  }

  static Condition leaf(const Settings& place, Condition::Op op, std::string text) {
    Condition condition;
    condition.op = op;
    condition.text = std::move(text);
    condition.line = place.line();
    condition.column = place.column();
    return condition;
  }

  std::vector<Problem>& problems_;
  const PackBounds bounds_;
  std::set<std::string, std::less<>> names_, ids_;
  std::map<std::string, Condition> macros_;
  std::size_t queried_conditions_ = 0, crowd_rules_ = 0;
};

RuleTest read_test(const Settings& item, std::vector<Problem>& problems) {
  item.allow_only({"name", "text", "title", "matches", "not", "topics", "tone", "urgency", "alert",
                   "said_by", "over"},
                  problems);
  RuleTest test;
  test.file = item.file();
  test.line = item.line();
  test.name = item.text("name", problems, "");
  test.text = item.text("text", problems);
  test.title = item.text("title", problems, "");
  test.matches = item.texts("matches", problems);
  test.matches_not = item.texts("not", problems);
  test.topics = item.texts("topics", problems);
  test.says_topics = item.find("topics") != nullptr;
  test.tone = item.text("tone", problems, "");
  test.urgency = item.text("urgency", problems, "");
  if (item.find("alert") != nullptr) {
    test.alert = item.boolean("alert", problems);
  }
  test.said_by = static_cast<std::uint16_t>(
      item.integer("said_by", 1, 2 * CrowdLimit::kMaxAuthors, problems, 1));
  if (item.find("over") != nullptr) {
    test.over = read_span(item, "over", std::chrono::minutes(0), problems);
  }
  if (!test.tone.empty() && !parse_tone(test.tone)) {
    item.find("tone")->complain("'tone' is negative, neutral or positive", problems);
  }
  if (!test.urgency.empty() && !parse_urgency(test.urgency)) {
    item.find("urgency")->complain("'urgency' is low, medium, high or critical", problems);
  }
  if (test.matches.empty() && test.matches_not.empty() && !test.says_topics && test.tone.empty() &&
      test.urgency.empty() && !test.alert) {
    item.complain("a test must expect something", problems);
  }
  return test;
}

/// The pack without those of its rules that have a problem.
RulePack read_what_is_right(const std::optional<Settings>& root, const std::string& path,
                            std::vector<Problem>& problems) {
  RulePack pack;
  pack.name = fs::path(path).stem().string();
  pack.file = path;
  if (root) {
    PackReader(problems).read(*root, pack);
  }
  return pack;
}
RulePack read_what_is_right(const std::string& path, std::vector<Problem>& problems) {
  return read_what_is_right(Settings::read_file(path, problems), path, problems);
}

}  // namespace

std::optional<RulePack> read_pack(const std::string& path, std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  RulePack pack = read_what_is_right(path, problems);
  if (problems.size() != before) {
    return std::nullopt;
  }
  return pack;
}

std::optional<RulePack> parse_pack(std::string_view yaml, const std::string& name,
                                   std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  const std::string file = name + ".yaml";
  RulePack pack = read_what_is_right(Settings::parse(yaml, file, problems), file, problems);
  if (problems.size() != before) {
    return std::nullopt;
  }
  return pack;
}

std::vector<RulePack> read_packs(const std::string& directory, std::vector<Problem>& problems) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string path = entry.path().string();
    if (path.ends_with(".yaml") && !path.ends_with(".test.yaml")) {
      paths.push_back(path);
    }
  }
  if (error) {
    problems.push_back({directory, 0, 0, error.message()});
  }
  std::sort(paths.begin(), paths.end());
  std::vector<RulePack> packs;
  std::map<std::string, std::string> seen;
  for (const std::string& path : paths) {
    RulePack pack = read_what_is_right(path, problems);
    for (const Rule& rule : pack.rules) {
      const std::string place = pack.file + ":" + std::to_string(rule.line);
      const auto [first, is_new] = seen.emplace(rule.id, place);
      if (!is_new) {
        problems.push_back({pack.file, rule.line, rule.column,
                            "rule '" + rule.id + "' is already at " + first->second});
      }
    }
    packs.push_back(std::move(pack));
  }
  return packs;
}

namespace {

std::vector<RuleTest> read_test_list(const Settings& list, std::size_t most,
                                     std::vector<Problem>& problems) {
  std::vector<RuleTest> tests;
  if (list.type() != Settings::Type::kList) {
    list.complain("'tests' must be a list", problems);
    return tests;
  }
  if (list.items().size() > most) {
    list.complain("'tests' are at most " + std::to_string(most), problems);
    return tests;
  }
  for (const Settings& item : list.items()) {
    const std::size_t before = problems.size();
    RuleTest test = read_test(item, problems);
    if (problems.size() == before) {
      tests.push_back(std::move(test));
    }
  }
  return tests;
}

}  // namespace

std::vector<RuleTest> read_tests(const std::string& path, std::vector<Problem>& problems) {
  std::vector<RuleTest> tests;
  const std::optional<Settings> root = Settings::read_file(path, problems);
  if (!root) {
    return tests;
  }
  root->allow_only({"variables", "tests"}, problems);
  std::map<std::string, std::vector<std::string>> variables;
  if (const Settings* given = root->find("variables")) {
    for (const auto& [name, value] : given->fields()) {
      variables[name] = given->texts(name, problems);
    }
  }
  const Settings* list = root->find("tests");
  tests = read_test_list(list != nullptr ? *list : *root, PackBounds().tests, problems);
  for (RuleTest& test : tests) {
    test.variables = variables;
  }
  return tests;
}

TestedPack parse_tested_pack(std::string_view yaml, const std::string& name,
                             const std::string& file, std::vector<Problem>& problems) {
  TestedPack read;
  read.pack.name = name;
  read.pack.file = file;
  const std::optional<Settings> root = Settings::parse(yaml, file, problems);
  if (!root) {
    return read;
  }
  PackReader(problems, kOwnBounds).read(*root, read.pack, true);
  if (const Settings* tests = root->find("tests")) {
    read.tests = read_test_list(*tests, kOwnBounds.tests, problems);
  }
  return read;
}

}  // namespace vigie
