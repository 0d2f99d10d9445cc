#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>

#include "engine/core/folded_text.h"
#include "engine/core/mention.h"
#include "engine/core/time.h"
#include "engine/trend/term_cutter.h"
#include "engine/trend/term_sketch.h"

namespace vigie {

/// What was heard of dropped mentions since it was last taken: a TermSketch per day. Any thread.
class DroppedTerms {
 public:
  /// A replay may run through many days before they are taken: then the oldest goes.
  static constexpr std::size_t kMaxDays = 32;

  void hear(Day day, std::span<const Term> terms, std::uint64_t author);
  /// Everything; afterwards there is nothing.
  std::map<Day, TermSketch> take();

 private:
  std::mutex mutex_;
  std::map<Day, TermSketch> days_;
};

/// One worker's ear. Costs next to nothing where there is much to hear: of each minute (of the
/// mentions' own time) it hears the first kMentionsPerMinute, of as many after them every second
/// one, of the next twice as many every fourth, and so on; ids choose. Up to that bound results do
/// not depend on the number of workers.
class DroppedListener {
 public:
  static constexpr std::uint64_t kMentionsPerMinute = 32;

  DroppedListener(DroppedTerms& terms, std::string_view language,
                  std::shared_ptr<const WordShares> common)
      : terms_(&terms), cutter_(language, std::move(common)) {}

  /// Whether to hear() a mention dropped at `time`. `id_hash`: well mixed.
  bool wants(Time time, std::uint64_t id_hash) {
    const std::int64_t minute = time.time_since_epoch().count() / 60'000'000;
    if (minute != minute_) {
      minute_ = minute;
      heard_ = 0;
      mask_ = 0;
      next_ = kMentionsPerMinute;
    }
    if (++heard_ > next_) {
      next_ *= 2;
      mask_ = mask_ * 2 + 1;
    }
    return (id_hash & mask_) == 0;
  }
  /// `author`: a keyed hash of who wrote it.
  void hear(const Mention& mention, const FoldedText& folded, Time time, std::uint64_t author);

 private:
  DroppedTerms* terms_;
  TermCutter cutter_;
  std::int64_t minute_ = 0;
  std::uint64_t heard_ = 0, next_ = kMentionsPerMinute, mask_ = 0;
};

}  // namespace vigie
