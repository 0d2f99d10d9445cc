#include "engine/trend/story_book.h"

#include <algorithm>
#include <array>
#include <bit>

#include "engine/core/check.h"

namespace vigie {
namespace {

constexpr std::size_t kBucketsPerStory = 2;  // two slots for each key
constexpr std::size_t kFirstStories = 256;

/// What a text is looked up by. Gives how many they are.
std::size_t keys_of(const Signature& signature, std::array<std::uint32_t, StoryBook::kKeys>& keys) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < signature.size && count < keys.size(); ++i) {
    keys[count] = signature.hashes[i];
    count += signature.hashes[i] & Signature::kPairBit;
  }
  return count;
}

}  // namespace

bool StoryBook::is_open(const Story& story, const Arrival& arrival) {
  return story.alive && arrival.received_at - story.received_at <= kLongest &&
         arrival.created_at - story.first_at <= kLongest &&
         arrival.created_at - story.last_at <= kQuiet &&
         story.first_at - arrival.created_at <= kQuiet;
}

void StoryBook::expect(const Signature& signature) {
  if (buckets_.empty()) {
    return;
  }
  std::array<std::uint32_t, kKeys> keys;
  const std::size_t count = keys_of(signature, keys);
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
  std::array<std::uint32_t, kKeys> keys;
  const std::size_t keys_found = keys_of(signature, keys);
  std::size_t count = 0;
  for (std::size_t i = 0; i < keys_found; ++i) {
    for (const Slot& slot : bucket_of(keys[i]).slots) {
      const auto* const end = found.begin() + count;
      if (slot.key != keys[i] || next_ - slot.number > kMaxStories ||
          std::find(found.cbegin(), end, slot.number) != end) {
        continue;
      }
      found[count++] = slot.number;
      __builtin_prefetch(&at(slot.number));
      __builtin_prefetch(&at(slot.number).signature);
    }
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
    return {story.story, false, leads};
  }
  insert({arrival.ref, arrival.ref, arrival.created_at, arrival.created_at, arrival.received_at,
          !arrival.official, signature});
  return {arrival.ref, true, !arrival.official};
}

void StoryBook::insert(const Known& known) {
  check(next_ == 0 || at(next_ - 1).story.sequence < known.story.sequence,
        "stories come in the order they were founded");
  const std::uint32_t number = next_++;
  if (stories_.size() < kMaxStories) {
    stories_.push_back({known, true});
    if (buckets_.size() < stories_.size() * kBucketsPerStory) {
      return grow();
    }
  } else {
    at(number) = {known, true};
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

void StoryBook::index(std::uint32_t number) {
  const Story& story = at(number);
  std::array<std::uint32_t, kKeys> keys;
  const std::size_t count = keys_of(story.signature, keys);
  for (std::size_t i = 0; i < count; ++i) {
    auto& slots = bucket_of(keys[i]).slots;
    auto slot = std::ranges::find(slots, keys[i], &Slot::key);
    if (slot == slots.end()) {  // an empty one before the oldest
      slot = std::ranges::min_element(slots, {}, [](const Slot& one) {
        return one.key == 0 ? 0 : std::uint64_t{one.number} + 1;
      });
    }
    if (slot->key == 0 || slot->number <= number) {
      *slot = {keys[i], number};
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
    at(*number).signature = signature;
    index(*number);
  }
}

void StoryBook::remove(const MentionRef& story, const MentionRef& mention, const Heir* heir) {
  const std::optional<std::uint32_t> number = find(story);
  if (!number || at(*number).speaker != mention) {
    return;
  }
  Story& known = at(*number);
  known.alive = heir != nullptr;
  known.signature = heir != nullptr ? heir->signature : Signature();
  if (heir != nullptr) {
    known.speaker = heir->ref;
    index(*number);
  }
}

void StoryBook::recall(const Known& known) { insert(known); }

}  // namespace vigie
