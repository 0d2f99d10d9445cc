#include "engine/app/public_weeks.h"

#include "engine/alert/town_time.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

bool is_silent(const OpenWeek& week) {
  const SecretTable::Cell& all = week.table.at(week.table.rows() - 1, week.table.columns() - 1);
  return all.count == 0 && !all.hidden;
}

void write_count(std::string_view name, const SecretTable::Cell& cell, JsonWriter& json) {
  json.key(name);
  if (cell.hidden) {
    json.null();
  } else {
    json.value(cell.count);
  }
}

void write_week(const OpenWeek& week, JsonWriter& json) {
  json.begin_object().key("week").value(week.week.text());
  json.key("from").value(format_time(start_of_day(week.week.monday(), "UTC")).substr(0, 10));
  json.key("to").value(format_time(start_of_day(week.week.monday() + 6, "UTC")).substr(0, 10));
  json.key("rows").begin_array();
  for (std::size_t row = 0; row < week.table.rows(); ++row) {
    const bool is_total = row == week.topics.size();
    json.begin_object().key("topic").value(is_total ? std::string() : week.topics[row]);
    json.key("is_total").value(is_total);
    for (const Tone tone : {Tone::kNegative, Tone::kNeutral, Tone::kPositive}) {
      write_count(to_string(tone), week.table.at(row, static_cast<std::size_t>(tone)), json);
    }
    write_count("all", week.table.at(row, week.table.columns() - 1), json);
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace

IsoWeek PublicWeeks::latest(TenantId tenant) const {
  return IsoWeek::of(town_today(tenants_.at(tenant).time_zone, clock_.now())).previous();
}

Result<const OpenWeek*> PublicWeeks::week_of(TenantId tenant, IsoWeek week) {
  const Day today = day_of(clock_.now());
  const auto key = std::pair(tenant, week.monday());
  if (const auto found = weeks_.find(key); found != weeks_.end() && found->second.on == today) {
    return &found->second.week;
  }
  Result<OpenWeek> counted = read_open_week(store_, tenant, tenants_.at(tenant), week,
                                            OpenWeek::kLeastAuthors, is_public_);
  if (!counted) {
    return tl::make_unexpected(counted.error());
  }
  const Day oldest = latest(tenant).monday() - 7 * (kWeeks - 1);
  std::erase_if(weeks_, [&](const auto& kept) {
    return kept.first.first == tenant && kept.first.second < oldest;
  });
  return &weeks_.insert_or_assign(key, Counted{today, std::move(*counted)}).first->second.week;
}

Result<std::string> PublicWeeks::list(TenantId tenant) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("name").value(tenants_.at(tenant).name);
  json.key("least_authors").value(OpenWeek::kLeastAuthors).key("weeks").begin_array();
  IsoWeek week = latest(tenant);
  for (int back = 0; back < kWeeks; ++back, week = week.previous()) {
    const Result<const OpenWeek*> counted = week_of(tenant, week);
    if (!counted) {
      return tl::make_unexpected(counted.error());
    }
    if (!is_silent(**counted)) {
      write_week(**counted, json);
    }
  }
  json.end_array().end_object();
  return body;
}

Result<std::string> PublicWeeks::csv(TenantId tenant, IsoWeek week) {
  const Day newest = latest(tenant).monday();
  if (week.monday() > newest || week.monday() + 7 * kWeeks <= newest) {
    return fail(ErrorCode::kNotFound, "this week is not shown");
  }
  const Result<const OpenWeek*> counted = week_of(tenant, week);
  return counted ? Result<std::string>(to_csv(**counted)) : tl::make_unexpected(counted.error());
}

}  // namespace vigie
