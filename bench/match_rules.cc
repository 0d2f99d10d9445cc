#include "bench/match_rules.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <stdexcept>
#include <unordered_map>

#include "engine/match/query_parser.h"
#include "engine/parse/text_folder.h"

namespace vigie {
namespace {

constexpr const char* kTowns[] = {"brest",   "lorient",    "vannes", "quimper", "concarneau",
                                  "morlaix", "landerneau", "auray",  "pontivy", "douarnenez"};
constexpr std::size_t kTextsCounted = 50'000, kMostOfTowns = 500;
constexpr std::size_t kMaxUsesOfRareWord = 20;

/// Plain letters only, so that a word is the same to a regular expression and to Vigie.
bool is_plain(const std::string& word) {
  return word.size() >= 4 && std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
}

/// Takes words of texts of which one is rare.
class WordSource {
 public:
  explicit WordSource(const Corpus& corpus) : corpus_(corpus) {
    for (std::size_t i = 0; i < kTextsCounted; ++i) {
      for (const std::string& word : TextFolder::fold_phrase(corpus_.text(i))) {
        ++uses_[word];
      }
    }
    std::vector<std::size_t> uses;
    for (const auto& [word, count] : uses_) {
      uses.push_back(count);
    }
    const auto middle = uses.begin() + static_cast<std::ptrdiff_t>(uses.size() / 2);
    std::ranges::nth_element(uses, middle);
    rare_uses_ = std::max(kMaxUsesOfRareWord, *middle);
  }

  bool is_rare(const std::string& word) { return uses_[word] <= rare_uses_; }

  /// `count` words in a row, one of them rare.
  std::vector<std::string> row(std::size_t count) {
    for (;;) {
      const std::vector<std::string> words = TextFolder::fold_phrase(corpus_.text(~next_++));
      for (std::size_t i = 0; i + count <= words.size(); ++i) {
        const std::vector<std::string> row(words.begin() + static_cast<std::ptrdiff_t>(i),
                                           words.begin() + static_cast<std::ptrdiff_t>(i + count));
        if (std::ranges::all_of(row, is_plain) &&
            std::ranges::any_of(row, [this](const std::string& word) { return is_rare(word); })) {
          return row;
        }
      }
    }
  }

 private:
  const Corpus& corpus_;
  std::unordered_map<std::string, std::size_t> uses_;
  std::size_t rare_uses_ = 0;  ///< at most; half of all words, where texts repeat one another
  std::uint64_t next_ = 0;
};

using Written = MatchRules::Written;

constexpr const char* kGap = "[^a-z0-9]+";

Written near(const std::string& a, const std::string& b) {
  const std::string gap = std::string("(?:") + kGap + "[a-z0-9]+){0,5}" + kGap;
  return {.query = a + " NEAR/5 " + b,
          .expression = "\\b" + a + gap + b + "\\b|\\b" + b + gap + a + "\\b",
          .literals = {a}};
}

Written phrases(WordSource& words) {
  Written written;
  written.is_literal = true;
  for (int i = 0; i < 3; ++i) {
    const std::vector<std::string> row = words.row(2);
    const std::string separator = i == 0 ? "" : " OR ";
    written.query += separator + "\"" + row[0] + " " + row[1] + "\"";
    written.literals.push_back(row[0] + " " + row[1]);
    written.expression += (i == 0 ? "\\b" : "|\\b") + row[0] + kGap + row[1] + "\\b";
  }
  return written;
}

Written stem(WordSource& words) {
  const std::vector<std::string> row = words.row(2);
  const std::string beginning = row[1].substr(0, std::max<std::size_t>(4, row[1].size() - 2));
  return {.query = "\"" + row[0] + " " + beginning + "*\"",
          .expression = "\\b" + row[0] + kGap + beginning,
          .literals = {row[0] + " " + beginning}};
}

Written inner(WordSource& words) {
  const std::vector<std::string> row = words.row(2);
  const std::string head = row[1].substr(0, 3), tail = row[1].substr(3);
  return {.query = "\"" + row[0] + " " + head + "*" + tail + "\"",
          .expression = "\\b" + row[0] + kGap + head + "[a-z0-9]*" + tail + "\\b",
          .literals = {row[0] + " " + head}};
}

/// The `kind`th of ten, the first of which speaks of the town.
Written rule(std::size_t kind, WordSource& words) {
  std::vector<std::string> row = words.row(2);
  if (!words.is_rare(row[0])) {
    std::swap(row[0], row[1]);
  }
  switch (kind) {
    case 0:
      return near(row[0], "{commune}");
    case 1:
    case 2:
    case 3:
      return near(row[0], row[1]);
    case 4:
      return stem(words);
    case 5:
      return inner(words);
    default:
      return phrases(words);
  }
}

/// The first ten exist.
std::string town_name(std::size_t i) {
  std::string name = kTowns[i % std::size(kTowns)];
  for (std::size_t more = i / std::size(kTowns); more != 0; more /= 26) {
    name += static_cast<char>('a' + more % 26);
  }
  return name;
}

}  // namespace

std::string in_town(std::string text, const std::string& town) {
  for (std::size_t at; (at = text.find("{commune}")) != text.npos;) {
    text.replace(at, 9, town);
  }
  return text;
}

MatchRules make_match_rules(std::size_t rules, std::size_t towns, const Corpus& corpus) {
  MatchRules made;
  made.pack.name = made.pack.file = "bench";
  made.pack.needs = {"commune"};
  for (std::size_t i = 0; i < towns; ++i) {
    Tenant tenant;
    tenant.id = town_name(i);
    tenant.packs = {"bench"};
    tenant.variables["commune"] = {tenant.id};
    made.tenants.push_back(std::move(tenant));
  }
  WordSource words(corpus);
  const std::map<std::string, Condition> macros;
  const auto is_name = [](std::string_view name) { return name == "commune"; };
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < rules; ++i) {
    const bool of_each_town = i % 10 == 0 && i / 10 < kMostOfTowns;
    const Written& written = made.written.emplace_back(rule(of_each_town ? 0 : 1 + i % 9, words));
    Rule one;
    one.id = "r" + std::to_string(i);
    one.topic = "t" + std::to_string(i % 50);
    one.condition = parse_query(written.query, {"bench", 1, 1, is_name, macros}, problems).value();
    made.pack.rules.push_back(std::move(one));
    for (const Tenant& town : made.tenants) {
      made.expressions.push_back(in_town(written.expression, town.id));
      if (!of_each_town) {
        break;
      }
    }
  }
  return made;
}

}  // namespace vigie
