// Random queries over random texts: the matcher must agree with an evaluation that knows nothing
// of triggers, tries or sweeps and tries every combination of places; what `rules explain` says
// must agree with the matcher.
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "engine/match/explainer.h"
#include "engine/match/query_parser.h"
#include "tests/match/town.h"

namespace vigie {
namespace {

enum class Form { kPhrase, kAnd, kOr, kNot, kNear, kOnear, kSentence, kTitle, kText, kReply };

struct Query {
  Form form = Form::kPhrase;
  std::vector<std::string> words;  ///< kPhrase
  std::vector<Query> parts;
  unsigned distance = 0;
  bool without = false;
};

struct Document {
  std::string title, text;
  bool reply = false;
  FoldedText folded;
};

std::string written(const Query& query) {
  const auto joined = [&](const std::string& by) {
    std::string all;
    for (const Query& part : query.parts) {
      all += (all.empty() ? "" : by) + written(part);
    }
    return "(" + all + ")";
  };
  const std::string distance = "/" + std::to_string(query.distance);
  const std::string neighbour = query.without ? " NOT " : " ";
  switch (query.form) {
    case Form::kPhrase: {
      std::string words;
      for (const std::string& word : query.words) {
        words += (words.empty() ? "" : " ") + word;
      }
      return query.words.size() == 1 ? words : "\"" + words + "\"";
    }
    case Form::kAnd:
      return joined(" ");
    case Form::kOr:
      return joined(" OR ");
    case Form::kNot:
      return "NOT " + joined("");
    case Form::kNear:
      return joined(" NEAR" + distance + neighbour);
    case Form::kOnear:
      return joined(" ONEAR" + distance + neighbour);
    case Form::kSentence:
      return joined(" SENTENCE" + neighbour);
    case Form::kTitle:
      return "title:" + joined("");
    case Form::kText:
      return "text:" + joined("");
    case Form::kReply:
      return "is:reply";
  }
  return "";
}

/// By trying everything.
bool fits(std::string_view word, std::string_view pattern) {
  if (pattern.empty() || pattern[0] == '*') {
    return pattern.empty()
               ? word.empty()
               : fits(word, pattern.substr(1)) || (!word.empty() && fits(word.substr(1), pattern));
  }
  return !word.empty() && (pattern[0] == '?' || pattern[0] == word[0]) &&
         fits(word.substr(1), pattern.substr(1));
}

struct Place {
  int first, last, sentence;
  bool in_title;
};

class Judge {
 public:
  explicit Judge(const Document& document) : document_(document) {}

  bool holds(const Query& query, std::string_view field = "") const {
    const auto part_holds = [&](const Query& part) { return holds(part, field); };
    switch (query.form) {
      case Form::kPhrase:
        return !places(query, field).empty();
      case Form::kAnd:
        return std::ranges::all_of(query.parts, part_holds);
      case Form::kOr:
        return std::ranges::any_of(query.parts, part_holds);
      case Form::kNot:
        return !part_holds(query.parts[0]);
      case Form::kTitle:
        return holds(query.parts[0], "title");
      case Form::kText:
        return holds(query.parts[0], "text");
      case Form::kReply:
        return document_.reply;
      default:
        return query.without ? apart(query, field) : together(query, field, {});
    }
  }

 private:
  std::vector<Place> places(const Query& query, std::string_view field) const {
    std::vector<Place> found;
    if (query.form == Form::kOr) {
      for (const Query& part : query.parts) {
        const std::vector<Place> more = places(part, field);
        found.insert(found.end(), more.begin(), more.end());
      }
      return found;
    }
    const auto tokens = static_cast<int>(document_.folded.tokens.size());
    const auto border = static_cast<int>(document_.folded.text_token);
    const auto length = static_cast<int>(query.words.size());
    int sentence = 0;
    for (int i = 0; i < tokens; ++i) {
      sentence += (token(i).flags & kTokenSentenceStart) != 0 ? 1 : 0;
      bool stands = i + length <= (i < border ? border : tokens);
      for (int j = 0; stands && j < length; ++j) {
        stands = (token(i + j).flags & kTokenLink) == 0 &&
                 fits(document_.folded.word(token(i + j)), query.words[static_cast<size_t>(j)]);
      }
      if (stands && (field.empty() || (field == "title") == (i < border))) {
        found.push_back({i, i + length - 1, sentence, i < border});
      }
    }
    return found;
  }
  const Token& token(int i) const { return document_.folded.tokens[static_cast<size_t>(i)]; }

  static bool are_close(const Query& query, const std::vector<Place>& chosen) {
    int first_end = chosen[0].last, last_start = chosen[0].first;
    for (std::size_t i = 1; i < chosen.size(); ++i) {
      if (chosen[i].in_title != chosen[0].in_title ||
          (query.form == Form::kSentence && chosen[i].sentence != chosen[0].sentence) ||
          (query.form == Form::kOnear && chosen[i].first <= chosen[i - 1].last)) {
        return false;
      }
      first_end = std::min(first_end, chosen[i].last);
      last_start = std::max(last_start, chosen[i].first);
    }
    return query.form == Form::kSentence ||
           last_start - first_end - 1 <= static_cast<int>(query.distance);
  }

  bool together(const Query& query, std::string_view field, std::vector<Place> chosen) const {
    if (chosen.size() == query.parts.size()) {
      return are_close(query, chosen);
    }
    for (const Place& place : places(query.parts[chosen.size()], field)) {
      std::vector<Place> more = chosen;
      more.push_back(place);
      if (together(query, field, more)) {
        return true;
      }
    }
    return false;
  }

  bool apart(const Query& query, std::string_view field) const {
    const std::vector<Place> unwanted = places(query.parts[1], field);
    return std::ranges::any_of(places(query.parts[0], field), [&](const Place& wanted) {
      return std::ranges::none_of(unwanted, [&](const Place& other) {
        return are_close(query, {wanted, other});
      });
    });
  }

  const Document& document_;
};

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}

  unsigned roll(unsigned sides) { return static_cast<unsigned>(random_() % sides); }
  template <std::size_t N>
  std::string one_of(const std::array<const char*, N>& words) {
    return words[roll(N)];
  }

  Query phrase() {
    static constexpr std::array kWords = {"eau",   "feu",   "rue",   "inc*",   "inc*die",
                                          "r?se*", "lilas", "rues*", "f?u*s*", "incident"};
    Query query;
    for (unsigned words = std::max(1U, roll(4)); words > 0; --words) {
      query.words.push_back(one_of(kWords));
    }
    return query;
  }
  Query phrases() { return roll(3) != 0 ? phrase() : of(Form::kOr, {phrase(), phrase()}); }

  Query query(unsigned depth, bool in_field = false) {
    switch (depth == 0 ? 0 : roll(in_field ? 8 : 12)) {
      case 1:
      case 2:
        return of(Form::kAnd, {query(depth - 1, in_field), query(depth - 1, in_field)});
      case 3:
        return of(Form::kOr, {query(depth - 1, in_field), query(depth - 1, in_field)});
      case 4:
      case 5:
      case 6:
        return neighbours();
      case 7:
      case 8:
        return of(Form::kAnd,
                  {query(depth - 1, in_field), of(Form::kNot, {query(depth - 1, in_field)})});
      case 9:
        return of(roll(2) == 0 ? Form::kTitle : Form::kText, {query(depth - 1, true)});
      case 10:
        return of(Form::kAnd, {query(depth - 1), of(Form::kReply, {})});
      case 11:
        return of(Form::kOr, {query(depth - 1), of(Form::kNot, {query(depth - 1)})});
      default:
        return phrase();
    }
  }

  Document document() {
    Document document;
    document.title = roll(2) == 0 ? "" : words(roll(6));
    document.text = words(roll(25));
    document.reply = roll(2) == 0;
    TextFolder().fold(document.title, document.text, document.folded);
    return document;
  }

 private:
  static Query of(Form form, std::vector<Query> parts) {
    Query query;
    query.form = form;
    query.parts = std::move(parts);
    return query;
  }

  Query neighbours() {
    static constexpr std::array kForms = {Form::kNear, Form::kOnear, Form::kSentence};
    Query query = of(kForms[roll(3)], {phrases(), phrases()});
    query.distance = roll(4);
    query.without = roll(4) == 0;
    for (unsigned more = query.without ? 0 : roll(3); more > 1; --more) {
      query.parts.push_back(phrases());
    }
    return query;
  }

  std::string words(unsigned count) {
    static constexpr std::array kWords = {
        "Eau",    "feu",   "rue",  "rues", "incendie", "INCIDENT", "réseau",
        "roseau", "lilas", "fous", "de",   "la",       ".",        "https://eau.fr/feu"};
    std::string text;
    for (; count > 0; --count) {
      text += one_of(kWords) + " ";
    }
    return text;
  }

  std::mt19937 random_;
};

/// Whether the language takes it: what only excludes it does not.
bool is_accepted(const std::string& text) {
  std::vector<Problem> problems;
  const std::map<std::string, Condition> macros;
  const auto condition =
      parse_query(text, {"query", 1, 1, [](std::string_view) { return false; }, macros}, problems);
  EXPECT_TRUE(condition) << text << '\n' << to_string(problems);
  return condition && find_unfindable(*condition) == nullptr;
}

TEST(RandomQuery, MatchesWhatTryingEverythingFinds) {
  constexpr int kRounds = 200, kQueries = 60, kDocuments = 25;
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Dice dice(seed);
  std::size_t held = 0;
  for (int round = 0; round < kRounds && !testing::Test::HasFailure(); ++round) {
    std::vector<Query> queries;
    std::string rules;
    while (queries.size() < kQueries) {
      const Query query = dice.query(4);
      const std::string text = written(query);
      if (text.size() < 5'000 && is_accepted(text)) {
        rules +=
            "  - {id: r" + std::to_string(queries.size()) + ", topic: t, query: '" + text + "'}\n";
        EXPECT_FALSE(Judge(Document{}).holds(query)) << text;
        queries.push_back(query);
      }
    }
    Town town = Town::with_rules(rules);
    ASSERT_TRUE(town.rules()) << to_string(town.problems());
    Matcher matcher(town.rules());
    std::vector<Problem> problems;
    const auto explainer = Explainer::make(town.packs(), {tenant("town", {"p"})}, "",
                                           TextFolder::fold_phrase, problems);
    ASSERT_TRUE(explainer) << to_string(problems);
    for (int i = 0; i < kDocuments; ++i) {
      const Document document = dice.document();
      Mention mention;
      mention.title = document.title;
      mention.text = document.text;
      mention.kind = document.reply ? Kind::kReply : Kind::kPost;
      Matches matches;
      matcher.match(mention, document.folded, matches);
      std::vector<bool> found(queries.size());
      for (const Match& match : matches.matches) {
        found[match.rule] = true;
        EXPECT_GT(match.span_count, 0U);
      }
      const auto explained = explainer->explain(mention, document.folded, 0);
      ASSERT_EQ(explained.size(), queries.size());
      for (std::size_t j = 0; j < queries.size(); ++j) {
        EXPECT_EQ(explained[j].explanation.holds, found[j]) << written(queries[j]);
        const bool holds = Judge(document).holds(queries[j]);
        held += holds ? 1U : 0U;
        ASSERT_EQ(found[j], holds) << written(queries[j]) << "\ntitle: " << document.title
                                   << "\ntext: " << document.text << "\nreply: " << document.reply;
      }
    }
  }
  EXPECT_GT(held, 1'000U) << "random queries that never hold prove nothing";
}

}  // namespace
}  // namespace vigie
