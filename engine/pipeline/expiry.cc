#include "engine/pipeline/expiry.h"

#include <charconv>

#include "engine/core/check.h"

namespace vigie {
namespace {

constexpr std::string_view kNote = "expired-on";

std::optional<Day> known(const Store& store) {
  const Result<std::optional<Day>> last = last_expiry(store);
  check(last.has_value(), "the day of the last expiry can be read");
  return *last;
}

}  // namespace

Result<std::optional<Day>> last_expiry(const Store& store) {
  const auto notes = store.alerting_notes(kNote);
  if (!notes) {
    return tl::make_unexpected(notes.error());
  }
  if (notes->empty()) {
    return std::nullopt;
  }
  const std::string& text = notes->front().second;
  Day day = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), day);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(ErrorCode::kCorrupt, "the day of the last expiry cannot be read");
  }
  return day;
}

Expiry::Expiry(Store& store, std::function<void(Day)> doubted)
    : store_(store), doubted_(std::move(doubted)), trusted_(known(store)) {}

bool Expiry::step(Day today) {
  const std::optional<Day> trusted = trusted_.look(today, std::chrono::steady_clock::now());
  const std::optional<Day> doubted = trusted_.doubted();
  if (std::exchange(told_, doubted) != doubted && doubted) {
    doubted_(*doubted);
  }
  if (!trusted || std::exchange(last_, *trusted) == *trusted) {
    return false;
  }
  store_.expire(*trusted);
  store_.change_alerting({.notes = {{std::string(kNote), std::to_string(*trusted)}}});
  return true;
}

}  // namespace vigie
