// How many different people spoke lately is counted as they come and go, and is what counting anew
// gives.
#include "engine/trend/recent_volume.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace vigie {
namespace {

/// Keeps who was told apart in each step, and adds up when asked.
class Counted {
 public:
  void add(Step now, Step step, std::uint64_t author) {
    step = std::min(step, now);
    std::vector<std::uint64_t>& told = told_[step];
    if (now - step < RecentVolume::kAuthorSteps && told.size() < RecentVolume::kMaxAuthors &&
        std::ranges::count(told, author) == 0) {
      told.push_back(author);
    }
  }
  std::size_t authors(Step now, std::uint32_t steps) const {
    std::set<std::uint64_t> all;
    for (Step step = now - steps + 1; step <= now; ++step) {
      if (const auto told = told_.find(step); told != told_.end()) {
        all.insert(told->second.begin(), told->second.end());
      }
    }
    return all.size();
  }

 private:
  std::map<Step, std::vector<std::uint64_t>> told_;
};

TEST(RecentVolume, CountsAuthorsAsTheyComeAndGo) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    const auto any = [&](std::uint32_t below) {
      return static_cast<std::uint32_t>(random() % below);
    };
    RecentVolume recent;
    Counted counted;
    Step now = 5'000'000;
    recent.advance(start_of(now));
    const std::uint32_t people = seed % 2 == 0 ? 40 : 2'000;
    for (int i = 0; i < 4'000; ++i) {
      if (any(200) == 0) {
        now += any(10) == 0 ? any(400) : any(4);  // also after a long silence
        recent.advance(start_of(now));
      }
      const Step step = now + 2 - any(any(5) == 0 ? 20 : 4);  // late ones, and dates ahead
      const std::uint64_t author = any(people);
      recent.add(start_of(step), author);
      counted.add(now, step, author);
      const std::uint32_t steps = 1 + any(RecentVolume::kAuthorSteps);
      if (i % 16 == 0) {
        ASSERT_EQ(recent.authors(steps), counted.authors(now, steps))
            << "seed " << seed << ", mention " << i << ", " << steps << " steps";
      }
    }
  }
}

}  // namespace
}  // namespace vigie
