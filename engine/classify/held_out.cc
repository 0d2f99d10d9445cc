#include "engine/classify/held_out.h"

#include <cmath>
#include <map>

namespace vigie {

void report_held_out(Task task, const std::vector<Trainer::Row>& rows,
                     const std::vector<TrainingSource>& sources,
                     const std::function<std::uint32_t(std::size_t)>& called,
                     std::vector<HeldOut>& out) {
  std::map<std::uint32_t, Confusion> confusions;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    confusions.try_emplace(rows[i].source, task == Task::kTone ? 3 : 2)
        .first->second.add(rows[i].label, called(i));
  }
  for (const auto& [source, confusion] : confusions) {
    out.push_back({sources[source].name, task, confusion});
  }
}

std::int32_t confidence_percent(const std::vector<Trainer::Row>& rows,
                                const std::vector<double>& outputs) {
  std::int32_t best = 100;
  double least = 0;
  for (std::int32_t percent = 30; percent <= 150; percent += 5) {
    double loss = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double scale = percent / 100.0;
      const double tone = outputs[2 * i] * scale, opinion = outputs[2 * i + 1] * scale;
      const double logits[3] = {opinion - tone, 0, opinion + tone};
      loss += std::log(std::exp(logits[0]) + 1 + std::exp(logits[2])) - logits[rows[i].label];
    }
    if (percent == 30 || loss < least) {
      least = loss;
      best = percent;
    }
  }
  return best;
}

double choose_threshold(const std::vector<Trainer::Row>& rows, bool post,
                        const std::vector<TrainingSource>& sources,
                        const std::vector<std::vector<double>>& judgements) {
  constexpr double kLowest = -10, kHighest = 10, kStep = 0.05;  // logits
  double best = kHighest, highest = kHighest, best_score = -1;
  for (double threshold = kHighest; threshold >= kLowest; threshold -= kStep) {
    std::map<std::uint32_t, Confusion> confusions;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].post == post) {
        Confusion& confusion = confusions.try_emplace(rows[i].source, 2).first->second;
        for (const std::vector<double>& outputs : judgements) {
          confusion.add(rows[i].label, outputs[i] > threshold ? 1 : 0);
        }
      }
    }
    double score = 0;
    bool allowed = true;
    for (const auto& [source, confusion] : confusions) {
      const double called = confusion.share(0, 1);
      allowed = allowed && called <= sources[source].at_most;
      const auto count = static_cast<double>(confusion.rows(0) + confusion.rows(1));
      score += confusion.rows(1) == 0 ? 0 : count * confusion.macro_f1();
    }
    if (allowed && score >= best_score) {
      highest = score > best_score ? threshold : highest;
      best_score = score;
      best = (highest + threshold) / 2;
    }
  }
  return best;
}

}  // namespace vigie
