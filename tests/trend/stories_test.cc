// Whether what says the same is found to be the same: on the town's pairs that share a third of
// their letters, labelled by hand before the clusterer was written (tests/data/stories.tsv), and on
// the town's mentions as people repeat them.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <random>
#include <ranges>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "engine/parse/text_folder.h"
#include "engine/trend/signature.h"
#include "engine/trend/story_book.h"

namespace vigie {
namespace {

class Texts {
 public:
  Signature sign(const std::string& text, std::uint64_t original = 1) {
    folder_.fold("", text, folded_);
    return signer_.sign(folded_, original);
  }

 private:
  TextFolder folder_;
  FoldedText folded_;
  Signer signer_;
};

struct Pair {
  bool same = false;
  std::string one, other;
};
std::vector<Pair> labelled_pairs() {
  std::vector<Pair> pairs;
  std::ifstream file(VIGIE_SOURCE_DIR "/tests/data/stories.tsv");
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream in(line);
    std::string same;
    Pair& pair = pairs.emplace_back();
    std::getline(in, same, '\t');
    std::getline(in, pair.one, '\t');
    std::getline(in, pair.other, '\t');
    pair.same = same == "yes";
  }
  return pairs;
}

/// Few hashes are sorted in one way, many in another: a text that is said again and again has the
/// hashes of the text, and one of the pair of its last word and its first.
TEST(Signatures, OfAFewWordsAndOfManyAreMadeAlike) {
  Texts texts;
  std::mt19937 random(3);
  for (std::size_t words = 6; words <= 30; ++words) {
    std::string text;
    for (std::size_t i = 0; i < words; ++i) {
      text += "mot" + std::to_string(random() % 50) + "x ";
    }
    std::string often = text;
    while (std::ranges::count(often, ' ') < 100) {
      often += text;
    }
    const Signature once = texts.sign(text), many = texts.sign(often);
    ASSERT_LT(once.size, Signature::kMaxHashes);
    const auto hashes = [](const Signature& one) {
      return std::set(one.hashes.begin(), one.hashes.begin() + one.size);
    };
    const auto few = hashes(once), all = hashes(many);
    EXPECT_EQ(few.size(), once.size) << "each hash once";
    EXPECT_TRUE(std::ranges::is_sorted(once.hashes.begin(), once.hashes.begin() + once.size));
    EXPECT_TRUE(std::ranges::is_sorted(many.hashes.begin(), many.hashes.begin() + many.size));
    EXPECT_TRUE(std::ranges::includes(all, few)) << text;
    EXPECT_LE(all.size(), few.size() + 1) << text;
  }
}

/// More stories than a book holds: the newest are all found again, by their founders' names.
TEST(Stories, AFullBookKnowsTheNewest) {
  constexpr std::uint64_t kStories = 2 * StoryBook::kMaxStories + 1000, kNewest = 30'000;
  const Time now = parse_time("2026-10-05T08:00:00Z").value();
  const auto signature = [](std::uint64_t story) {
    std::mt19937 random(static_cast<unsigned>(story));
    Signature made;
    made.size = 16;
    for (std::uint32_t& hash : std::span(made.hashes).first(made.size)) {
      hash = static_cast<std::uint32_t>(random()) | Signature::kPairBit;
    }
    std::ranges::sort(made.hashes.begin(), made.hashes.begin() + made.size);
    return made;
  };
  StoryBook book;
  for (std::uint64_t story = 1; story <= kStories; ++story) {
    ASSERT_TRUE(book.place({{0, 20731, story}, now, false}, signature(story)).founds);
  }
  EXPECT_EQ(book.size(), StoryBook::kMaxStories);
  std::uint64_t sequence = kStories;
  for (std::uint64_t story = kStories - kNewest + 1; story <= kStories; ++story) {
    const StoryBook::Place place =
        book.place({{0, 20731, ++sequence}, now, false}, signature(story));
    ASSERT_FALSE(place.founds) << story;
    EXPECT_EQ(place.story.sequence, story);
  }
  EXPECT_TRUE(book.place({{0, 20731, ++sequence}, now, false}, signature(1)).founds)
      << "the oldest went";
}

TEST(Stories, TheTownsPairsAreToldApart) {
  Texts texts;
  std::size_t found = 0, wrong = 0, same = 0;
  const std::vector<Pair> pairs = labelled_pairs();
  ASSERT_GE(pairs.size(), 40U);
  for (const Pair& pair : pairs) {
    const bool is_found = is_near_duplicate(texts.sign(pair.one), texts.sign(pair.other));
    same += pair.same;
    found += is_found && pair.same;
    wrong += is_found && !pair.same;
    EXPECT_EQ(is_found, pair.same) << pair.one << "\n" << pair.other;
  }
  EXPECT_GE(static_cast<double>(found), 0.9 * static_cast<double>(same));
  EXPECT_EQ(wrong, 0U);
}

/// How people repeat what they have read.
class Repeater {
 public:
  explicit Repeater(unsigned seed) : random_(seed) {}

  static constexpr std::size_t kWays = 10;
  std::string repeat(const std::string& text, std::size_t way) {
    switch (way) {
      case 0:
        return "RT @quelquun: " + text;
      case 1:
        return text + " #Techniville https://example.org/partage/" + std::to_string(random_());
      case 2:
        return shout(text);
      case 3:
        return replaced(text, {{"é", "e"}, {"è", "e"}, {"à", "a"}, {"ç", "c"}, {"ê", "e"}});
      case 4:
        return replaced(text, {{".", " !!!"}, {",", ""}, {"’", "'"}, {":", "-"}, {"?", "??"}});
      case 5:
        return misspelt(text, 1);
      case 6:
        return without(text, 1);
      case 7:
        return text.substr(0, cut(text, text.size() * 3 / 4)) + "…";
      case 8:
        return "À lire absolument 👉 " + text;
      default:
        return misspelt(without(text, 1), 1) + " 😡😡";
    }
  }

 private:
  static std::size_t cut(const std::string& text, std::size_t at) {
    return std::min(text.find(' ', at), text.size());
  }
  static std::string shout(std::string text) {
    for (char& c : text) {
      c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return replaced(text, {{"é", "É"}, {"è", "È"}, {"à", "À"}, {"ç", "Ç"}});
  }
  static std::string replaced(std::string text,
                              const std::vector<std::pair<std::string, std::string>>& pairs) {
    for (const auto& [from, to] : pairs) {
      for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
      }
    }
    return text;
  }
  std::vector<std::string> words(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
  }
  static std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
      text += (text.empty() ? "" : " ") + word;
    }
    return text;
  }
  std::size_t some_word(const std::vector<std::string>& all) {
    std::vector<std::size_t> fit;
    for (std::size_t at = 0; at < all.size(); ++at) {
      if (all[at].size() >= 4 && all[at].find_first_of("0123456789") == std::string::npos) {
        fit.push_back(at);
      }
    }
    return fit.at(random_() % fit.size());
  }
  std::string misspelt(const std::string& text, int times) {
    std::vector<std::string> all = words(text);
    for (; times > 0; --times) {
      std::string& word = all[some_word(all)];
      std::swap(word[1], word[2]);
      word[3] = 'x';
    }
    return joined(all);
  }
  std::string without(const std::string& text, int times) {
    std::vector<std::string> all = words(text);
    for (; times > 0; --times) {
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(some_word(all)));
    }
    return joined(all);
  }

  std::mt19937 random_;
};

struct Post {
  std::size_t original = 0;  ///< which of the town's mentions it repeats, or is
  std::string text;
};

/// The town's own near-duplicates are one group.
class Groups {
 public:
  explicit Groups(std::size_t size) : group_(size) {
    for (std::size_t i = 0; i < size; ++i) {
      group_[i] = i;
    }
  }
  std::size_t of(std::size_t one) const { return group_[one]; }
  void join(std::size_t one, std::size_t other) {
    const std::size_t from = group_[other], to = group_[one];
    for (std::size_t& group : group_) {
      group = group == from ? to : group;
    }
  }

 private:
  std::vector<std::size_t> group_;
};

std::vector<std::string> town_texts() {
  std::vector<std::string> texts;
  simdjson::dom::parser parser;
  std::ifstream file(VIGIE_SOURCE_DIR "/deploy/town/mentions.ndjson");
  for (std::string line; std::getline(file, line);) {
    std::string_view text;
    if (parser.parse(line)["text"].get(text) == simdjson::SUCCESS &&
        std::count(text.begin(), text.end(), ' ') >= 9) {
      texts.emplace_back(text);
    }
  }
  return texts;
}

TEST(Stories, WhatIsRepeatedIsOneStory) {
  const std::vector<std::string> texts = town_texts();
  ASSERT_GE(texts.size(), 250U);
  Groups groups(texts.size());
  const std::vector<Pair> pairs = labelled_pairs();
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto [known, is_new] = index.try_emplace(texts[i], i);
    groups.join(known->second, i);
  }
  for (const Pair& pair : pairs) {
    if (pair.same && index.contains(pair.one) && index.contains(pair.other)) {
      groups.join(index.at(pair.one), index.at(pair.other));
    }
  }

  Repeater repeater(20261128);
  std::vector<Post> posts;
  std::mt19937 random(7);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    posts.push_back({i, texts[i]});
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (int times = 0; times < 4; ++times) {
      posts.push_back({i, repeater.repeat(texts[i], random() % Repeater::kWays)});
    }
  }
  std::shuffle(posts.begin() + static_cast<std::ptrdiff_t>(texts.size()), posts.end(), random);

  Texts signer;
  StoryBook book;
  std::map<std::pair<std::size_t, std::uint64_t>, double> both;
  std::map<std::size_t, double> of_group;
  std::map<std::uint64_t, double> of_story;
  Time now = parse_time("2026-10-05T08:00:00Z").value();
  for (std::size_t i = 0; i < posts.size(); ++i) {
    now += std::chrono::seconds(90);
    const MentionRef ref{0, 20731, i + 1};
    const StoryBook::Place place = book.place({ref, now, false}, signer.sign(posts[i].text, i));
    const std::size_t group = groups.of(posts[i].original);
    ++both[{group, place.story.sequence}];
    ++of_group[group];
    ++of_story[place.story.sequence];
  }
  const auto pairs_of = [](const auto& counts) {
    double sum = 0;
    for (const auto& [key, count] : counts) {
      sum += count * (count - 1) / 2;
    }
    return sum;
  };
  const double right = pairs_of(both);
  const double precision = right / pairs_of(of_story), recall = right / pairs_of(of_group);
  RecordProperty("precision", std::to_string(precision));
  RecordProperty("recall", std::to_string(recall));
  std::printf("%zu posts of %zu texts: pairwise precision %.4f, recall %.4f\n", posts.size(),
              texts.size(), precision, recall);
  EXPECT_GE(precision, 0.98);
  EXPECT_GE(recall, 0.9);
}

/// What is stored of stories: what a restart makes a book of.
class Shelf {
 public:
  struct Kept {
    StoryBook::Arrival arrival;
    Signature signature;
    bool leads = false;
  };
  using Mentions = std::map<MentionRef, Kept>;

  std::map<MentionRef, Mentions> stories;  ///< by founder, those with mentions left

  StoryBook reborn() const {
    StoryBook book;
    for (const auto& [story, mentions] : stories) {
      const auto& [speaker, said] = *mentions.begin();
      const auto [first, last] = dates(mentions);
      book.recall({story, speaker, first, last, leader(mentions) != nullptr, said.signature});
    }
    return book;
  }
  static StoryBook::Dates dates(const Mentions& mentions) {
    const auto date = [](const auto& one) { return one.second.arrival.created_at; };
    const auto [first, last] = std::ranges::minmax(mentions | std::views::transform(date));
    return {first, last};
  }
  static const Kept* leader(const Mentions& mentions) {
    const auto one = std::ranges::find_if(mentions, [](const auto& it) { return it.second.leads; });
    return one == mentions.end() ? nullptr : &one->second;
  }
  void remove(StoryBook& book, MentionRef story, MentionRef mention) {  // may be keys of it
    Mentions& left = stories.at(story);
    const Kept gone = left.at(mention);
    left.erase(mention);
    if (left.empty()) {
      stories.erase(story);
      book.remove(story, gone.arrival.created_at, std::nullopt, {});
      return;
    }
    StoryBook::Heir heir{left.begin()->first, left.begin()->second.signature, gone.leads};
    if (gone.leads) {
      const auto next =
          std::ranges::find_if(left, [](const auto& one) { return !one.second.arrival.official; });
      heir.unled = next == left.end();
      if (!heir.unled) {
        next->second.leads = true;
      }
    }
    book.remove(story, gone.arrival.created_at, heir, [&] { return dates(left); });
  }
};

/// Few texts, so that many stories say what others said before, were edited into, or no longer say.
TEST(Stories, ARestartChangesNothing) {
  const std::vector<std::string> town = town_texts();
  Texts signer;
  std::vector<Signature> texts;
  for (std::size_t i = 0; i < 12; ++i) {
    texts.push_back(signer.sign(town[i]));
    texts.push_back(signer.sign(town[i] + " " + town[i + 1]));
  }
  std::size_t joined = 0, edited = 0, removed = 0;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    std::mt19937 random(seed);
    const auto any = [&](std::size_t bound) { return random() % bound; };
    StoryBook book;
    Shelf shelf;
    const Time begin = parse_time("2026-10-05T08:00:00Z").value();
    const auto arrival = [&](std::uint64_t sequence) {
      const auto day = static_cast<Day>(20'731 + sequence / 8);
      const Time date = begin + std::chrono::hours(3 * sequence) - std::chrono::hours(any(300));
      return StoryBook::Arrival{{0, day, sequence}, date, any(3) == 0};
    };
    for (std::uint64_t sequence = 1; sequence <= 600; ++sequence) {
      const StoryBook::Arrival came = arrival(sequence);
      const Signature& text = texts[any(texts.size())];
      const StoryBook::Place place = book.place(came, text);
      shelf.stories[place.story][came.ref] = {came, text, place.leads};
      joined += !place.founds;
      auto story =
          std::next(shelf.stories.begin(), static_cast<std::ptrdiff_t>(any(shelf.stories.size())));
      auto mention =
          std::next(story->second.begin(), static_cast<std::ptrdiff_t>(any(story->second.size())));
      if (any(4) == 0) {
        mention->second.signature = texts[any(texts.size())];
        book.reword(story->first, mention->first, mention->second.signature);
        ++edited;
      } else if (any(3) == 0) {
        shelf.remove(book, story->first, mention->first);
        ++removed;
      }
      const StoryBook reborn = shelf.reborn();
      for (const Signature& said : texts) {
        StoryBook one = book, other = reborn;
        const StoryBook::Arrival next = arrival(sequence + 1);
        const StoryBook::Place here = one.place(next, said), there = other.place(next, said);
        ASSERT_EQ(here.story.sequence, there.story.sequence) << "seed " << seed << ": " << sequence;
        ASSERT_EQ(here.founds, there.founds);
        ASSERT_EQ(here.leads, there.leads) << "seed " << seed << ": " << sequence;
      }
    }
  }
  EXPECT_GT(joined, 1000U);
  EXPECT_GT(edited, 1000U);
  EXPECT_GT(removed, 1000U);
}

}  // namespace
}  // namespace vigie
