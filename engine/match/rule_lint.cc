#include "engine/match/rule_lint.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace vigie {
namespace {

constexpr std::size_t kMaxValues = 20'000;
constexpr std::size_t kNearWords = 3;

/// The most frequent French and English words, folded.
constexpr std::string_view kFunctionWords[] = {
    "a",    "ai",    "an",   "and", "are",   "as",   "at",    "au",    "aux",  "avec", "be",
    "but",  "c",     "ca",   "ce",  "ces",   "cet",  "cette", "comme", "d",    "dans", "de",
    "des",  "du",    "elle", "en",  "est",   "et",   "fait",  "for",   "have", "he",   "i",
    "il",   "ils",   "in",   "is",  "it",    "j",    "je",    "l",     "la",   "le",   "les",
    "leur", "lui",   "m",    "ma",  "mais",  "me",   "mes",   "mon",   "n",    "ne",   "nos",
    "not",  "notre", "nous", "of",  "on",    "ont",  "or",    "ou",    "par",  "pas",  "plus",
    "pour", "qu",    "que",  "qui", "s",     "sa",   "se",    "ses",   "she",  "si",   "son",
    "sont", "sur",   "t",    "te",  "that",  "the",  "they",  "this",  "to",   "tous", "tout",
    "tu",   "un",    "une",  "vos", "votre", "vous", "was",   "we",    "with", "y",    "you"};

static_assert(std::ranges::is_sorted(kFunctionWords));

/// Beginnings of words for people who write or belong, folded.
constexpr std::string_view kPeople[] = {"auteur",   "author",     "compte",  "usager",
                                        "profil",   "internaute", "user",    "utilisat",
                                        "abonne",   "militant",   "activis", "sympathisant",
                                        "adherent", "partisan",   "croyant", "fideles"};

/// Beginnings of words for what article 9 protects, folded; a '.' ends a whole word.
constexpr std::string_view kProtected[] = {
    // politics
    "politi", "opposition", "opposant", "gauch", "droite.", "extremis", "extreme.", "electeur",
    "socialis", "communis", "ecologis", "macronis", "lepenis", "insoumis", "anarchis", "royalis",
    "lfi.", "rn.", "eelv.", "parti.", "partis.",
    // religion
    "religi", "musulm", "islam", "muslim", "chreti", "christian", "catholi", "protestant", "juif",
    "juive", "juda", "jewish", "jews.", "bouddh", "athee", "evangeli", "confession",
    // trade unions
    "syndica", "syndique", "cgt.", "cfdt.", "union.", "unions.", "unionis",
    // health
    "sante", "health", "malad", "handicap", "disab", "seroposi", "vih.", "hiv.", "depressi",
    "autis", "cancer", "diabet", "psychiatr",
    // sexual orientation
    "homosex", "gay.", "gays.", "lesb", "lgbt", "bisex", "heterosex", "transgenre", "transsex",
    "sexu",
    // ethnic origin
    "ethni", "racia", "race.", "races.", "origine", "origin.", "immigr", "etranger", "arabe",
    "maghreb", "africain", "noirs.", "blancs.", "rom.", "roms.", "gitan", "tsigan"};

bool begins_as_one_of(const std::string& word, std::span<const std::string_view> beginnings) {
  return std::ranges::any_of(beginnings, [&](std::string_view beginning) {
    return beginning.ends_with('.') ? word + '.' == beginning : word.starts_with(beginning);
  });
}

bool sorts_people(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!begins_as_one_of(words[i], kPeople)) {
      continue;
    }
    const std::size_t from = i - std::min(i, kNearWords);
    const std::size_t to = std::min(words.size(), i + kNearWords + 1);
    for (std::size_t j = from; j < to; ++j) {
      if (j != i && begins_as_one_of(words[j], kProtected)) {
        return true;
      }
    }
  }
  return false;
}

template <class Visit>
void visit_author_filters(const Condition& condition, const Visit& visit) {
  if (condition.op == Condition::Op::kFilter && condition.filter.of == Filter::Of::kAuthor) {
    visit(condition);
  }
  for (const Condition& child : condition.children) {
    visit_author_filters(child, visit);
  }
}

/// Whether function words alone fulfil a condition.
class Breadth {
 public:
  Breadth(const RulePack& pack, const std::vector<Tenant>& tenants, const PhraseFolder& fold)
      : values_(pack.lists), fold_(fold) {
    for (const Tenant& tenant : tenants) {
      for (const auto& [name, given] : tenant.variables) {
        if (!pack.lists.contains(name)) {
          values_[name].insert(values_[name].end(), given.begin(), given.end());
        }
      }
    }
  }

  /// The phrase because of which; empty: something rarer is needed.
  std::string find(const Condition& condition) const {
    switch (condition.op) {
      case Condition::Op::kPhrase:
        return find_in_phrase(condition);
      case Condition::Op::kAny:
        for (const Condition& child : condition.children) {
          if (std::string phrase = find(child); !phrase.empty()) {
            return phrase;
          }
        }
        return {};
      case Condition::Op::kNone:
      case Condition::Op::kFilter:
      case Condition::Op::kRegex:
        return {};
      default:
        return find_in_every(condition);
    }
  }

 private:
  std::string find_in_every(const Condition& condition) const {
    std::string first;
    for (std::size_t i = 0; i < condition.children.size(); ++i) {
      const Condition& child = condition.children[i];
      if (find_unfindable(child) != nullptr || (condition.without && i > 0)) {
        continue;
      }
      const std::string phrase = find(child);
      if (phrase.empty()) {
        return {};
      }
      first = first.empty() ? phrase : first;
    }
    return first;
  }

  std::string find_in_phrase(const Condition& condition) const {
    const NameValues lookup = [this](std::string_view name) -> const std::vector<std::string>* {
      const auto list = values_.find(std::string(name));
      return list == values_.end() ? nullptr : &list->second;
    };
    std::vector<std::string> phrases;
    expand_phrase(split_phrase(condition.text), lookup, kMaxValues, phrases);
    for (std::string& phrase : phrases) {
      const std::vector<std::string> words = fold_(phrase);
      if (words.size() == 1 && std::ranges::binary_search(kFunctionWords, words.front())) {
        return std::move(phrase);
      }
    }
    return {};
  }

  NamedLists values_;
  const PhraseFolder& fold_;
};

bool is_official(const std::string& author, const std::vector<Tenant>& tenants) {
  return std::ranges::any_of(tenants, [&](const Tenant& tenant) {
    return std::ranges::find(tenant.official_accounts, author, &OfficialAccount::author_id) !=
           tenant.official_accounts.end();
  });
}

}  // namespace

void refuse_profiling(const RulePack& pack, const PhraseFolder& fold,
                      std::vector<Problem>& problems) {
  for (const Rule& rule : pack.rules) {
    for (const std::string* text : {&rule.id, &rule.topic, &rule.title}) {
      if (sorts_people(fold(*text))) {
        problems.push_back(
            {pack.file, rule.line, rule.column,
             in_quotes(*text) +
                 ": a rule must not sort people by politics, religion, trade union, health, sexual "
                 "orientation or origin (RGPD, article 9); name the matter it is about instead"});
        break;
      }
    }
    if (rule.kind != RuleKind::kWatch) {
      visit_author_filters(rule.condition, [&](const Condition& filter) {
        problems.push_back(
            problem_at(pack.file, filter,
                       "only a watch rule may name authors, for the town's own accounts: elsewhere "
                       "it would judge people instead of what is said"));
      });
    }
  }
}

void refuse_strangers(const RulePack& pack, const Tenant& town, std::vector<Problem>& problems) {
  for (const Rule& rule : pack.rules) {
    visit_author_filters(rule.condition, [&](const Condition& filter) {
      if (rule.kind == RuleKind::kWatch && !is_official(filter.filter.text, {town})) {
        problems.push_back(problem_at(
            pack.file, filter,
            in_quotes(filter.filter.text) +
                " is not an official account of this town: its own rules must not follow people"));
      }
    });
  }
}

std::vector<Problem> find_doubtful_rules(const std::vector<RulePack>& packs,
                                         const std::vector<Tenant>& tenants,
                                         const PhraseFolder& fold) {
  std::vector<Problem> doubts;
  const bool knows_accounts = std::ranges::any_of(
      tenants, [](const Tenant& tenant) { return !tenant.official_accounts.empty(); });
  for (const RulePack& pack : packs) {
    const Breadth breadth(pack, tenants, fold);
    for (const Rule& rule : pack.rules) {
      if (const std::string phrase = breadth.find(rule.condition); !phrase.empty()) {
        doubts.push_back({pack.file, rule.line, rule.column,
                          "rule '" + rule.id +
                              "' holds for about every text: " + in_quotes(phrase) + " is enough"});
      }
      visit_author_filters(rule.condition, [&](const Condition& filter) {
        if (knows_accounts && !is_official(filter.filter.text, tenants)) {
          doubts.push_back(problem_at(
              pack.file, filter,
              in_quotes(filter.filter.text) + " is not an official account of any tenant"));
        }
      });
    }
  }
  return doubts;
}

}  // namespace vigie
