#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/core/time.h"

namespace vigie {

/// Where every id lies, in memory: (tenant, hash) → (day, sequence) or "deleted". 16 bytes an
/// entry, at most 3/4 full. Hashes may be equal: who asks verifies each place. One thread.
class IdTable {
 public:
  struct Place {
    Day day = 0;
    std::uint64_t sequence = 0;  ///< 0: deleted
    bool operator==(const Place&) const = default;
  };

  void insert(std::uint32_t tenant_number, std::uint64_t hash, Place place) {
    if ((used_ + 1) * 4 > slots_.size() * 3) {
      grow();
    }
    insert_slot({mix(tenant_number, hash), pack(place)});
    ++size_;
  }

  /// Whether it was there.
  bool erase(std::uint32_t tenant_number, std::uint64_t hash, Place place) {
    const std::uint64_t key = mix(tenant_number, hash), wanted = pack(place);
    for (std::size_t i = start(key); !slots_.empty() && slots_[i].place != kEmpty; i = next(i)) {
      if (slots_[i].key == key && slots_[i].place == wanted) {
        slots_[i].place = kGone;
        --size_;
        return true;
      }
    }
    return false;
  }

  /// Visits the places under this hash until `visit` says true; whether it did.
  template <class Visit>
  bool find(std::uint32_t tenant_number, std::uint64_t hash, Visit&& visit) const {
    if (slots_.empty()) {
      return false;
    }
    const std::uint64_t key = mix(tenant_number, hash);
    for (std::size_t i = start(key); slots_[i].place != kEmpty; i = next(i)) {
      if (slots_[i].key == key && slots_[i].place != kGone && visit(unpack(slots_[i].place))) {
        return true;
      }
    }
    return false;
  }

  /// A hint: this hash is going to be looked for.
  void prefetch(std::uint32_t tenant_number, std::uint64_t hash) const {
    if (!slots_.empty()) {
      __builtin_prefetch(&slots_[start(mix(tenant_number, hash))]);
    }
  }

  std::size_t size() const { return size_; }
  std::size_t bytes() const { return slots_.size() * sizeof(Slot); }

 private:
  /// A million million mentions; 24 bits of days (year 9999).
  static constexpr int kSequenceBits = 40;
  static constexpr std::uint64_t kEmpty = 0, kGone = ~std::uint64_t{0};
  struct Slot {
    std::uint64_t key = 0, place = kEmpty;
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
  std::size_t start(std::uint64_t key) const { return key & (slots_.size() - 1); }
  std::size_t next(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }

  void insert_slot(Slot slot) {
    std::size_t i = start(slot.key);
    while (slots_[i].place != kEmpty) {
      i = next(i);
    }
    slots_[i] = slot;
    ++used_;
  }
  void grow() {
    std::vector<Slot> old(size_ * 2 < slots_.size() ? slots_.size()
                                                    : (slots_.empty() ? 1024 : slots_.size() * 2));
    old.swap(slots_);
    used_ = 0;
    for (const Slot& slot : old) {
      if (slot.place != kEmpty && slot.place != kGone) {
        insert_slot(slot);
      }
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0, used_ = 0;  ///< used: with those that are gone
};

}  // namespace vigie
