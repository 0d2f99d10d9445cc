#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/core/time.h"

namespace vigie {

/// Where every id lies, in memory: (tenant, hash) → (day, sequence) or "deleted". 16 bytes an
/// entry, at most 3/4 full. Hashes may be equal: who asks verifies each place. In kParts that grow
/// one by one: the writer never waits until all is copied, and what a part leaves serves the next.
/// One thread.
class IdTable {
 public:
  struct Place {
    Day day = 0;
    std::uint64_t sequence = 0;  ///< 0: deleted
    bool operator==(const Place&) const = default;
  };

  void insert(std::uint32_t tenant_number, std::uint64_t hash, Place place) {
    const std::uint64_t key = mix(tenant_number, hash);
    part_of(key).insert({key, pack(place)});
    ++size_;
  }

  /// Whether it was there.
  bool erase(std::uint32_t tenant_number, std::uint64_t hash, Place place) {
    const std::uint64_t key = mix(tenant_number, hash);
    const bool is_erased = part_of(key).erase({key, pack(place)});
    size_ -= is_erased ? 1 : 0;
    return is_erased;
  }

  /// Visits the places under this hash until `visit` says true; whether it did.
  template <class Visit>
  bool find(std::uint32_t tenant_number, std::uint64_t hash, Visit&& visit) const {
    const std::uint64_t key = mix(tenant_number, hash);
    const Part& part = part_of(key);
    if (part.slots.empty()) {
      return false;
    }
    for (std::size_t i = part.start(key); part.slots[i].place != kEmpty; i = part.next(i)) {
      const Slot& slot = part.slots[i];
      if (slot.key == key && slot.place != kGone && visit(unpack(slot.place))) {
        return true;
      }
    }
    return false;
  }

  /// A hint: this hash is going to be looked for.
  void prefetch(std::uint32_t tenant_number, std::uint64_t hash) const {
    const std::uint64_t key = mix(tenant_number, hash);
    const Part& part = part_of(key);
    if (!part.slots.empty()) {
      __builtin_prefetch(&part.slots[part.start(key)]);
    }
  }

  std::size_t size() const { return size_; }
  std::size_t bytes() const {
    std::size_t bytes = 0;
    for (const Part& part : parts_) {
      bytes += part.slots.size() * sizeof(Slot);
    }
    return bytes;
  }

 private:
  /// A million million mentions; 24 bits of days (year 9999).
  static constexpr int kSequenceBits = 40;
  static constexpr std::uint64_t kEmpty = 0, kGone = ~std::uint64_t{0};
  struct Slot {
    std::uint64_t key = 0, place = kEmpty;
  };

  struct Part {
    std::vector<Slot> slots;         ///< a power of two, or none
    std::size_t size = 0, used = 0;  ///< used: with those that are gone

    std::size_t start(std::uint64_t key) const { return key & (slots.size() - 1); }
    std::size_t next(std::size_t i) const { return (i + 1) & (slots.size() - 1); }
    void insert(Slot slot) {
      if ((used + 1) * 4 > slots.size() * 3) {
        grow();
      }
      take_slot(slot);
      ++size;
    }
    bool erase(Slot slot) {
      if (slots.empty()) {
        return false;
      }
      for (std::size_t i = start(slot.key); slots[i].place != kEmpty; i = next(i)) {
        if (slots[i].key == slot.key && slots[i].place == slot.place) {
          slots[i].place = kGone;
          --size;
          return true;
        }
      }
      return false;
    }
    void take_slot(Slot slot) {
      std::size_t i = start(slot.key);
      while (slots[i].place != kEmpty) {
        i = next(i);
      }
      slots[i] = slot;
      ++used;
    }
    void grow() {
      constexpr std::size_t kFirstSlots = 8;
      std::vector<Slot> old(size * 2 < slots.size()
                                ? slots.size()
                                : (slots.empty() ? kFirstSlots : slots.size() * 2));
      old.swap(slots);
      used = 0;
      for (const Slot& slot : old) {
        if (slot.place != kEmpty && slot.place != kGone) {
          take_slot(slot);
        }
      }
    }
  };

  static std::uint64_t mix(std::uint32_t tenant_number, std::uint64_t hash) {
    return hash ^ (tenant_number * 0x9e3779b97f4a7c15ULL);
  }
  // A deleted id has sequence 0 and day + 1 in its place: never kEmpty.
  static std::uint64_t pack(Place place) {
    return std::uint64_t{place.day + 1} << kSequenceBits | place.sequence;
  }
  static Place unpack(std::uint64_t place) {
    return {static_cast<Day>(place >> kSequenceBits) - 1,
            place & ((std::uint64_t{1} << kSequenceBits) - 1)};
  }

  static constexpr std::size_t kPartBits = 8, kParts = std::size_t{1} << kPartBits;
  Part& part_of(std::uint64_t key) { return parts_[key >> (64 - kPartBits)]; }
  const Part& part_of(std::uint64_t key) const { return parts_[key >> (64 - kPartBits)]; }

  std::vector<Part> parts_ = std::vector<Part>(kParts);
  std::size_t size_ = 0;
};

}  // namespace vigie
