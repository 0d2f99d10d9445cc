// What alerting remembers: its outbox and its notes, changed together.
#include "engine/store/store_state.h"

namespace vigie {

void Store::change_alerting(const AlertingChange& change) {
  WriteBatch batch;
  for (const Delivery& delivery : change.owed) {
    batch.put(Family::kOutbox, number_key({}, delivery.alert) + delivery.receiver,
              encode_delivery(delivery));
  }
  for (const auto& [alert, receiver] : change.done) {
    batch.erase(Family::kOutbox, number_key({}, alert) + receiver);
  }
  for (const auto& [key, value] : change.notes) {
    const std::string at = "n" + key;
    value ? batch.put(Family::kAlerts, at, *value) : batch.erase(Family::kAlerts, at);
  }
  if (!batch.empty()) {
    state_->write(batch);
    state_->sync();
  }
}

void Store::update_delivery(const Delivery& delivery) { change_alerting({{delivery}, {}, {}}); }

void Store::delivery_done(std::uint64_t alert, std::string_view receiver) {
  change_alerting({{}, {{alert, std::string(receiver)}}, {}});
}

Result<std::vector<std::pair<std::string, std::string>>> Store::alerting_notes(
    std::string_view prefix) const {
  std::vector<std::pair<std::string, std::string>> notes;
  const std::string begin = "n" + std::string(prefix);
  const auto at = state_->key_value->iterate(Family::kAlerts);
  for (at->seek(begin); has_prefix(*at, begin); at->next()) {
    notes.emplace_back(at->key().substr(1), at->value());
  }
  if (const Result<void> status = at->status(); !status) {
    return tl::make_unexpected(status.error());
  }
  return notes;
}

}  // namespace vigie
