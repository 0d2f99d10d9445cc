#include "engine/trend/term_sketch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "engine/trend/dropped_terms.h"

namespace vigie {
namespace {

using namespace std::chrono_literals;

std::vector<Term> terms(std::initializer_list<const char*> keys) {
  std::vector<Term> all;
  for (const char* key : keys) {
    all.push_back({key, key, hash_word(key)});
  }
  return all;
}

TEST(AuthorBits, NeverSayMoreThanThereWere) {
  std::mt19937_64 random(7);
  for (int trial = 0; trial < 1'000; ++trial) {
    AuthorBits bits;
    const std::uint32_t authors = 1 + static_cast<std::uint32_t>(random() % 100);
    for (std::uint32_t i = 0; i < authors; ++i) {
      const std::uint64_t author = random();
      bits.add(author);
      bits.add(author);
    }
    EXPECT_LE(bits.at_least(), authors);
  }
}

TEST(AuthorBits, EstimateIsAboutRight) {
  std::mt19937_64 random(7);
  for (const int authors : {3, 10, 40, 100}) {
    double sum = 0;
    for (int trial = 0; trial < 500; ++trial) {
      AuthorBits bits;
      for (int i = 0; i < authors; ++i) {
        bits.add(random());
      }
      sum += bits.about();
    }
    EXPECT_NEAR(sum / 500, authors, authors * 0.05);
  }
}

TEST(TermSketch, CountsAuthorsNotMessages) {
  TermSketch sketch;
  for (int i = 0; i < 100; ++i) {
    sketch.hear(terms({"born", "born recharg"}), 1ULL << 60);
  }
  sketch.hear(terms({"born"}), 2ULL << 60);
  EXPECT_EQ(sketch.mentions(), 101U);
  EXPECT_EQ(sketch.find("born")->authors.at_least(), 2U);
  EXPECT_EQ(sketch.find("born recharg")->authors.at_least(), 1U);
  EXPECT_EQ(sketch.find("born")->mentions, 101U);
}

TEST(TermSketch, KeepsWhatManySayAmongAFloodOfRareTerms) {
  TermSketch sketch;
  std::mt19937_64 random(11);
  for (int i = 0; i < 60'000; ++i) {
    sketch.hear(terms({("rare" + std::to_string(i)).c_str()}), random());
    if (i % 100 == 0) {
      sketch.hear(terms({"born"}), random());
    }
  }
  EXPECT_EQ(sketch.terms().size(), TermSketch::kMaxTerms);
  ASSERT_NE(sketch.find("born"), nullptr);
  EXPECT_GE(sketch.find("born")->mentions, 600U);
}

TEST(TermSketch, ForgetsTheRarestInTurn) {
  TermSketch sketch;
  for (std::size_t i = 0; i < TermSketch::kMaxTerms; ++i) {
    sketch.hear(terms({("word" + std::to_string(i)).c_str()}), i);
    if (i % 2 == 0) {
      sketch.hear(terms({("word" + std::to_string(i)).c_str()}), i);
    }
  }
  constexpr std::size_t kRare = TermSketch::kMaxTerms / 2;
  for (std::size_t i = 0; i < kRare; ++i) {
    ASSERT_NE(sketch.find("word" + std::to_string(2 * i + 1)), nullptr) << i;
    sketch.hear(terms({("more" + std::to_string(i)).c_str()}), i);
    ASSERT_EQ(sketch.find("word" + std::to_string(2 * i + 1)), nullptr) << i;
  }
  EXPECT_EQ(sketch.terms().size(), TermSketch::kMaxTerms);
  for (const TermSketch::Entry& term : sketch.terms()) {
    EXPECT_EQ(term.mentions, 2U) << term.key;
  }
  sketch.hear(terms({"last"}), 1);
  EXPECT_EQ(sketch.find("word0"), nullptr) << "all are as rare: the first goes";
  EXPECT_EQ(sketch.find("last")->mentions, 3U);
}

TEST(TermSketch, WhatIsHeardLaterComesIntoAFullDay) {
  TermSketch day;
  for (std::size_t i = 0; i < TermSketch::kMaxTerms; ++i) {
    day.hear(terms({("word" + std::to_string(i)).c_str()}), i);
  }
  for (int round = 0; round < 20; ++round) {
    TermSketch later;
    const std::string name = "later" + std::to_string(round);
    later.hear(terms({"word17", name.c_str()}), 1);
    Result<TermSketch> stored = TermSketch::decode(day.encode());
    ASSERT_TRUE(stored);
    stored->add(later);
    day = std::move(*stored);
    EXPECT_NE(day.find(name), nullptr);
    EXPECT_EQ(day.find("word17")->mentions, 2U + round);
  }
  EXPECT_EQ(day.terms().size(), TermSketch::kMaxTerms);
}

TEST(TermSketch, WhatIsStoredDoesNotSayInWhichOrderTermsWereHeard) {
  TermSketch there, back;
  there.hear(terms({"lumier", "pann", "ru", "moulin"}), 1);
  back.hear(terms({"moulin", "ru", "pann", "lumier"}), 1);
  EXPECT_EQ(there.encode(), back.encode());
}

TEST(TermSketch, IsTheSameAfterStoringAndHearingTwiceAddsNoAuthor) {
  TermSketch sketch;
  sketch.hear(terms({"born", "vel"}), 1ULL << 60);
  sketch.hear(terms({"born"}), 5ULL << 60);
  Result<TermSketch> decoded = TermSketch::decode(sketch.encode());
  ASSERT_TRUE(decoded);
  TermSketch& twice = *decoded;
  twice.add(sketch);
  EXPECT_EQ(twice.find("born")->authors.bits(), sketch.find("born")->authors.bits());
  EXPECT_EQ(twice.find("born")->mentions, 4U);
  EXPECT_DOUBLE_EQ(twice.authors().about(), sketch.authors().about());
}

TEST(TermSketch, DamagedBytesAreSaid) {
  TermSketch sketch;
  sketch.hear(terms({"born"}), 1);
  const std::string bytes = sketch.encode();
  for (std::size_t cut = 0; cut < bytes.size(); cut += 7) {
    EXPECT_FALSE(TermSketch::decode(bytes.substr(0, cut))) << cut;
  }
  EXPECT_FALSE(TermSketch::decode("\x02" + bytes.substr(1)));
}

TEST(DroppedListener, HearsEverythingOfATownAndLittleOfAFlood) {
  DroppedTerms dropped;
  DroppedListener listener(dropped, "fr", std::make_shared<WordShares>());
  std::mt19937_64 random(3);
  const Time start = parse_time("2026-10-14T06:00:00Z").value();
  std::size_t heard = 0;
  for (int i = 0; i < 600; ++i) {
    heard += listener.wants(start + i * 2s, random());
  }
  EXPECT_EQ(heard, 600U) << "one every two seconds";
  heard = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    heard += listener.wants(start + 1h, random());
  }
  EXPECT_LT(heard, 1'000U);
  EXPECT_GT(heard, 150U);
  EXPECT_TRUE(listener.wants(start + 2h, 1)) << "the next minute is heard from its beginning";
}

}  // namespace
}  // namespace vigie
