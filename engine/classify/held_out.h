#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/classify/trainer.h"

namespace vigie {

// What is said of and chosen by rows that the judging weights had not seen (cross-validation).

/// Appends a task's confusions, by source; `called`: the class that a row, by its number, was
/// given.
void report_held_out(Task task, const std::vector<Trainer::Row>& rows,
                     const std::vector<TrainingSource>& sources,
                     const std::function<std::uint32_t(std::size_t)>& called,
                     std::vector<HeldOut>& out);

/// Percent of a difference in logits that makes the likeliest probabilities. `outputs`: logits of
/// tone and opinion, by row.
std::int32_t confidence_percent(const std::vector<Trainer::Row>& rows,
                                const std::vector<double>& outputs);

/// The logit from which on the answer is yes, for one kind of text (Trainer::Row::post), by one or
/// several judgements of every row: the middle between the highest and the lowest of the best. A
/// source counts by its rows: the figures of small ones are mostly chance.
double choose_threshold(const std::vector<Trainer::Row>& rows, bool post,
                        const std::vector<TrainingSource>& sources,
                        const std::vector<std::vector<double>>& judgements);

}  // namespace vigie
