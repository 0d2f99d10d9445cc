#include "engine/classify/evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

namespace vigie {
namespace {

constexpr std::size_t kResamples = 1000, kBins = 10;
constexpr std::uint64_t kSeed = 20'26;

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::uint64_t Confusion::rows(std::uint32_t truth) const {
  std::uint64_t sum = 0;
  for (std::uint32_t label = 0; label < classes_; ++label) {
    sum += count(truth, label);
  }
  return sum;
}

std::uint64_t Confusion::called(std::uint32_t label) const {
  std::uint64_t sum = 0;
  for (std::uint32_t truth = 0; truth < classes_; ++truth) {
    sum += count(truth, label);
  }
  return sum;
}

double Confusion::share(std::uint32_t truth, std::uint32_t called) const {
  return ratio(count(truth, called), rows(truth));
}

double Confusion::precision(std::uint32_t label) const {
  return ratio(count(label, label), called(label));
}

double Confusion::recall(std::uint32_t label) const { return share(label, label); }

double Confusion::f1(std::uint32_t label) const {
  return ratio(2 * count(label, label), rows(label) + called(label));
}

double Confusion::macro_f1() const {
  double sum = 0;
  std::uint32_t present = 0;
  for (std::uint32_t label = 0; label < classes_; ++label) {
    if (rows(label) != 0) {
      sum += f1(label);
      ++present;
    }
  }
  return present == 0 ? 0.0 : sum / present;
}

Confusion confusion_of(const std::vector<Judged>& rows, std::uint32_t classes) {
  Confusion confusion(classes);
  for (const Judged& row : rows) {
    confusion.add(row.truth, row.called);
  }
  return confusion;
}

Interval macro_f1_interval(const std::vector<Judged>& rows, std::uint32_t classes) {
  if (rows.empty()) {
    return {};
  }
  std::mt19937_64 random(kSeed);
  std::vector<double> scores;
  for (std::size_t i = 0; i < kResamples; ++i) {
    Confusion confusion(classes);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const Judged& drawn = rows[random() % rows.size()];
      confusion.add(drawn.truth, drawn.called);
    }
    scores.push_back(confusion.macro_f1());
  }
  std::ranges::sort(scores);
  return {scores[kResamples / 40], scores[kResamples - 1 - kResamples / 40]};
}

double calibration_error(const std::vector<Judged>& rows) {
  struct Bin {
    std::uint64_t rows = 0, right = 0;
    double confidence = 0;
  };
  std::array<Bin, kBins> bins;
  for (const Judged& row : rows) {
    const auto at = static_cast<std::size_t>(std::clamp(row.confidence, 0.0, 0.999) * kBins);
    ++bins[at].rows;
    bins[at].right += row.truth == row.called;
    bins[at].confidence += row.confidence;
  }
  double error = 0;
  for (const Bin& bin : bins) {
    error += std::fabs(bin.confidence - static_cast<double>(bin.right));
  }
  return rows.empty() ? 0.0 : error / static_cast<double>(rows.size());
}

}  // namespace vigie
