#pragma once

#include <cstdint>
#include <vector>

namespace vigie {

/// How often each class was called what.
class Confusion {
 public:
  explicit Confusion(std::uint32_t classes) : classes_(classes), counts_(classes * classes) {}

  void add(std::uint32_t truth, std::uint32_t called) { ++counts_[truth * classes_ + called]; }

  std::uint32_t classes() const { return classes_; }
  std::uint64_t count(std::uint32_t truth, std::uint32_t called) const {
    return counts_[truth * classes_ + called];
  }
  std::uint64_t rows(std::uint32_t truth) const;    ///< of this class
  std::uint64_t called(std::uint32_t label) const;  ///< rows that were called so
  /// Of the rows of class `truth`, how many were called `called`, 0..1; 0 without rows.
  double share(std::uint32_t truth, std::uint32_t called) const;
  double precision(std::uint32_t label) const;  ///< 0 if never called
  double recall(std::uint32_t label) const;
  double f1(std::uint32_t label) const;
  /// Mean F1 of the classes that have rows.
  double macro_f1() const;

 private:
  std::uint32_t classes_;
  std::vector<std::uint64_t> counts_;
};

/// One row that was judged.
struct Judged {
  std::uint32_t truth = 0, called = 0;
  double confidence = 0;  ///< 0..1
};

Confusion confusion_of(const std::vector<Judged>& rows, std::uint32_t classes);

struct Interval {
  double low = 0, high = 0;
};
/// Of the macro-F1, 95 %: the percentile bootstrap over 1,000 resamples, seeded.
Interval macro_f1_interval(const std::vector<Judged>& rows, std::uint32_t classes);

/// Expected calibration error, 0..1: the mean distance between confidence and share of right
/// answers over ten equal bins of confidence, weighted by rows (Guo et al. 2017).
double calibration_error(const std::vector<Judged>& rows);

}  // namespace vigie
