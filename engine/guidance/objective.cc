#include "engine/guidance/objective.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <utility>

#include "engine/core/ascii.h"
#include "engine/store/bytes.h"

namespace vigie {
namespace {

std::string prefix_of(const std::string& tenant) { return "objective/" + tenant + "/"; }

void put_double(std::string& out, double number) {
  put_u64(out, std::bit_cast<std::uint64_t>(number));
}
double read_double(ByteReader& in) { return std::bit_cast<double>(in.u64()); }

std::string encode(const Objective& objective) {
  std::string out;
  put_varint(out, objective.number);
  put_text(out, objective.kpi);
  put_text(out, objective.part);
  put_double(out, objective.target);
  out.push_back(static_cast<char>(objective.direction));
  put_text(out, objective.owner);
  put_varint(out, objective.due);
  out.push_back(objective.is_closed ? '\1' : '\0');
  put_varint(out, objective.history.size());
  for (const Objective::Change& change : objective.history) {
    put_text(out, change.by);
    put_signed(out, change.at.time_since_epoch().count());
    put_text(out, change.what);
    put_double(out, change.target);
    put_varint(out, change.due);
  }
  return out;
}

Result<Objective> decode(std::string_view bytes) {
  ByteReader in(bytes);
  Objective objective;
  objective.number = in.varint();
  objective.kpi = in.text();
  objective.part = in.text();
  objective.target = read_double(in);
  objective.direction = in.choice<Objective::Direction>(2);
  objective.owner = in.text();
  objective.due = in.natural<Day>();
  objective.is_closed = in.byte() != 0;
  for (std::uint64_t left = in.varint(); in.ok() && left > 0; --left) {
    Objective::Change& change = objective.history.emplace_back();
    change.by = in.text();
    change.at = Time(microseconds(in.integer()));
    change.what = in.text();
    change.target = read_double(in);
    change.due = in.natural<Day>();
  }
  if (!in.done()) {
    return fail(ErrorCode::kCorrupt, "a stored objective cannot be read: its bytes are damaged");
  }
  return objective;
}

}  // namespace

std::string_view to_string(Objective::Direction direction) {
  return direction == Objective::Direction::kAtLeast ? "at_least" : "at_most";
}

std::optional<Objective::Direction> parse_direction(std::string_view text) {
  for (const auto direction : {Objective::Direction::kAtLeast, Objective::Direction::kAtMost}) {
    if (to_string(direction) == text) {
      return direction;
    }
  }
  return std::nullopt;
}

std::string_view to_string(Progress progress) {
  constexpr std::string_view kNames[] = {"on_track", "behind", "reached", "missed", "too_few"};
  return kNames[static_cast<std::size_t>(progress)];
}

Progress progress_of(const Objective& objective, std::optional<double> value, std::uint64_t n,
                     bool is_count, bool is_over) {
  if (!value || (!is_count && n < kLeastForProgress)) {
    return Progress::kTooFew;
  }
  const bool is_met = objective.direction == Objective::Direction::kAtLeast
                          ? *value >= objective.target
                          : *value <= objective.target;
  if (is_over) {
    return is_met ? Progress::kReached : Progress::kMissed;
  }
  return is_met ? Progress::kOnTrack : Progress::kBehind;
}

std::string objection_to(const Objective& objective, Day today) {
  if (!std::isfinite(objective.target) || std::abs(objective.target) > Objective::kLargest) {
    return "the target is not a number that a figure can have";
  }
  if (trimmed(objective.owner).empty() || objective.owner.size() > Objective::kMaxNameBytes ||
      objective.part.size() > Objective::kMaxNameBytes) {
    return "an objective has an owner; names have at most " +
           std::to_string(Objective::kMaxNameBytes) + " bytes";
  }
  if (objective.due < today) {
    return "the last day has passed already";
  }
  if (objective.history.size() > Objective::kMaxChanges) {
    return "it was changed too often; close it and make another";
  }
  return {};
}

Result<std::vector<Objective>> read_objectives(const Store& store, const std::string& tenant) {
  const auto notes = store.alerting_notes(prefix_of(tenant));
  if (!notes) {
    return tl::make_unexpected(notes.error());
  }
  std::vector<Objective> all;
  for (const auto& [key, value] : *notes) {
    Result<Objective> one = decode(value);
    if (!one) {
      return tl::make_unexpected(one.error());
    }
    all.push_back(std::move(*one));
  }
  return all;
}

void keep_objective(Store& store, const std::string& tenant, const Objective& objective) {
  char number[32];
  std::snprintf(number, sizeof number, "%010llu",
                static_cast<unsigned long long>(objective.number));
  Store::AlertingChange change;
  change.notes.emplace_back(prefix_of(tenant) + number, encode(objective));
  store.change_alerting(change);
}

}  // namespace vigie
