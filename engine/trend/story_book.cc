#include "engine/trend/story_book.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>
#include <tuple>

#include "engine/core/check.h"

namespace vigie {
namespace {

constexpr std::size_t kBucketsPerStory = 2;  // two slots for each key
constexpr std::size_t kFirstStories = 256;

using Keys = std::array<std::uint32_t, StoryBook::kKeys>;

/// Eight numbers as they are compared at once.
using Four [[gnu::vector_size(16)]] = std::uint32_t;
using Eight = std::array<std::uint32_t, 8>;
std::pair<Four, Four> fours_of(const Eight& numbers) {
  std::pair<Four, Four> fours;
  std::memcpy(&fours.first, numbers.data(), sizeof fours.first);
  std::memcpy(&fours.second, numbers.data() + 4, sizeof fours.second);
  return fours;
}

/// Where a number is first; 8: nowhere.
std::uint32_t find_in(const Eight& numbers, std::uint32_t number) {
  const auto [low, high] = fours_of(numbers);
  const auto is_low = reinterpret_cast<Four>(low == number),
             is_high = reinterpret_cast<Four>(high == number);
  Four places = (is_low & Four{1, 2, 4, 8}) | (is_high & Four{16, 32, 64, 128});
  places |= __builtin_shufflevector(places, places, 2, 3, 0, 1);
  constexpr std::uint32_t kNowhere = 1U << 8;
  return static_cast<std::uint32_t>(std::countr_zero(places[0] | places[1] | kNowhere));
}

/// What a text is looked up by, out of its signature's hashes as they lie in memory. Gives how many
/// they are.
std::size_t keys_of(std::string_view hashes, Keys& keys) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < hashes.size() && count < keys.size(); at += sizeof keys[0]) {
    std::memcpy(&keys[count], hashes.data() + at, sizeof keys[0]);
    count += keys[count] & Signature::kPairBit;
  }
  return count;
}
std::size_t keys_of(const Signature& signature, Keys& keys) {
  return keys_of({reinterpret_cast<const char*>(signature.hashes.data()),
                  signature.size * sizeof signature.hashes[0]},
                 keys);
}

}  // namespace

bool StoryBook::is_recent(const MentionRef& story, Day day) {
  return day <= story.day + kLongest.count();
}

bool StoryBook::is_open(const Story& story, const Arrival& arrival) {
  return story.alive && is_recent(story.story, arrival.ref.day) &&
         arrival.created_at - story.first_at <= kLongest &&
         arrival.created_at - story.last_at <= kQuiet &&
         story.first_at - arrival.created_at <= kQuiet;
}

std::uint32_t StoryBook::Bucket::find(std::uint32_t key) const { return find_in(keys, key); }

std::uint32_t StoryBook::Bucket::least_wanted() const {
  if (const std::uint32_t empty = find(0); empty != kSlots) {
    return empty;
  }
  const auto [low, high] = fours_of(numbers);
  Four least = low < high ? low : high;
  const Four others = __builtin_shufflevector(least, least, 2, 3, 0, 1);
  least = least < others ? least : others;
  return find_in(numbers, std::min(least[0], least[1]));
}

void StoryBook::expect(std::string_view signature) {
  if (buckets_.empty()) {
    return;
  }
  Keys keys;
  const std::size_t count = keys_of(encoded_hashes(signature), keys);
  for (std::size_t i = 0; i < count; ++i) {
    __builtin_prefetch(&bucket_of(keys[i]), 1);
  }
}

/// Slots and stories lie too far apart for the caches: all are asked for before one is looked at.
std::size_t StoryBook::candidates(const Signature& signature,
                                  std::array<std::uint32_t, kKeys>& found) {
  if (buckets_.empty()) {
    return 0;
  }
  Keys keys;
  const std::size_t keys_found = keys_of(signature, keys);
  std::size_t count = 0;
  for (std::size_t i = 0; i < keys_found; ++i) {
    const Bucket& bucket = bucket_of(keys[i]);
    const std::uint32_t slot = bucket.find(keys[i]);
    const auto* const end = found.begin() + count;
    if (slot == Bucket::kSlots || next_ - bucket.numbers[slot] > kMaxStories ||
        std::find(found.cbegin(), end, bucket.numbers[slot]) != end) {
      continue;
    }
    found[count++] = bucket.numbers[slot];
    const Story& story = at(bucket.numbers[slot]);
    __builtin_prefetch(&story);
    __builtin_prefetch(&story.signature);
  }
  return count;
}

StoryBook::Place StoryBook::place(const Arrival& arrival, const Signature& signature) {
  std::array<std::uint32_t, kKeys> numbers{};
  const std::size_t count = candidates(signature, numbers);
  for (std::size_t i = 0; i < count; ++i) {
    Story& story = at(numbers[i]);
    if (!is_open(story, arrival) || !is_near_duplicate(story.signature, signature)) {
      continue;
    }
    story.first_at = std::min(story.first_at, arrival.created_at);
    story.last_at = std::max(story.last_at, arrival.created_at);
    const bool leads = !story.led && !arrival.official;
    story.led = story.led || leads;
    return {story.story, false, leads, {story.first_at, story.last_at}};
  }
  insert({arrival.ref, arrival.ref, arrival.created_at, arrival.created_at, !arrival.official,
          signature});
  return {arrival.ref, true, !arrival.official, {arrival.created_at, arrival.created_at}};
}

void StoryBook::insert(const Known& known) {
  check(next_ == 0 || at(next_ - 1).story.sequence < known.story.sequence,
        "stories come in the order they were founded");
  const std::uint32_t number = next_++;
  if (stories_.size() < kMaxStories) {
    stories_.emplace_back(known);
    if (buckets_.size() < stories_.size() * kBucketsPerStory) {
      return grow();
    }
  } else {
    at(number) = Story(known);
  }
  index(number);
}

void StoryBook::grow() {
  const std::size_t stories = std::max(kFirstStories, std::bit_ceil(stories_.size()));
  buckets_.assign(std::min(stories * 2, kMaxStories) * kBucketsPerStory, {});
  for (std::uint32_t number = 0; number < next_; ++number) {
    index(number);
  }
}

/// Of several stories with the same key the newest stands there.
void StoryBook::index(std::uint32_t number) {
  Story& story = at(number);
  story.shared = 0;
  Keys keys;
  const std::size_t count = keys_of(story.signature, keys);
  for (std::size_t i = 0; i < count; ++i) {
    Bucket& bucket = bucket_of(keys[i]);
    std::uint32_t slot = bucket.find(keys[i]);
    if (slot == Bucket::kSlots) {
      slot = bucket.least_wanted();
      if (bucket.keys[slot] != 0 && bucket.numbers[slot] > number) {
        continue;
      }
    } else if (bucket.numbers[slot] > number) {
      share(at(bucket.numbers[slot]), keys[i]);
      continue;
    } else {
      story.shared |= static_cast<std::uint8_t>(1U << i);
    }
    bucket.keys[slot] = keys[i];
    bucket.numbers[slot] = number;
  }
}

void StoryBook::share(Story& story, std::uint32_t key) {
  Keys keys;
  const auto end = keys.begin() + keys_of(story.signature, keys);
  const auto bit = std::find(keys.begin(), end, key) - keys.begin();
  story.shared |= static_cast<std::uint8_t>(1U << bit);
}

/// Whatever older story has one of its keys is found by it again.
void StoryBook::unindex(std::uint32_t number) {
  const Story& story = at(number);
  Keys keys, wanted;
  const std::size_t count = keys_of(story.signature, keys);
  auto end = wanted.begin();
  for (std::size_t i = 0; i < count; ++i) {
    Bucket& bucket = bucket_of(keys[i]);
    const std::uint32_t slot = bucket.find(keys[i]);
    if (slot == Bucket::kSlots || bucket.numbers[slot] != number) {
      continue;
    }
    bucket.keys[slot] = 0;
    if ((story.shared >> i & 1U) != 0) {
      *end++ = keys[i];
    }
  }
  const std::uint32_t oldest = next_ - static_cast<std::uint32_t>(stories_.size());
  for (std::uint32_t older = number; older != oldest && end != wanted.begin();) {
    Story& other = at(--older);
    const std::size_t others = other.alive ? keys_of(other.signature, keys) : 0;
    for (std::size_t i = 0; i < others; ++i) {
      const auto found = std::find(wanted.begin(), end, keys[i]);
      if (found != end) {
        Bucket& bucket = bucket_of(keys[i]);
        const std::uint32_t empty = bucket.find(0);
        bucket.keys[empty] = keys[i];
        bucket.numbers[empty] = older;
        other.shared |= static_cast<std::uint8_t>(1U << i);
        *found = *--end;
      }
    }
  }
}

/// The ring is in the order of sequences.
std::optional<std::uint32_t> StoryBook::find(const MentionRef& story) {
  std::uint32_t low = next_ - static_cast<std::uint32_t>(stories_.size()), high = next_;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (at(middle).story.sequence < story.sequence) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low != next_ && at(low).story == story ? std::optional(low) : std::nullopt;
}

void StoryBook::reword(const MentionRef& story, const MentionRef& mention,
                       const Signature& signature) {
  const std::optional<std::uint32_t> number = find(story);
  if (number && at(*number).alive && at(*number).speaker == mention) {
    unindex(*number);
    at(*number).signature = signature;
    index(*number);
  }
}

void StoryBook::remove(const MentionRef& story, Time created_at, const std::optional<Heir>& heir,
                       const std::function<Dates()>& dates) {
  const std::optional<std::uint32_t> number = find(story);
  if (!number || !at(*number).alive) {
    return;
  }
  Story& known = at(*number);
  if (!heir) {
    unindex(*number);
    known.alive = false;
    known.signature = Signature();
    return;
  }
  known.led = known.led && !heir->unled;
  if (created_at == known.first_at || created_at == known.last_at) {
    std::tie(known.first_at, known.last_at) = dates();
  }
  if (known.speaker != heir->ref) {
    unindex(*number);
    known.speaker = heir->ref;
    known.signature = heir->signature;
    index(*number);
  }
}

void StoryBook::recall(const Known& known) { insert(known); }

}  // namespace vigie
