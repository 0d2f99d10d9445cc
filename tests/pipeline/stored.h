#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "engine/store/memory_key_value.h"
#include "engine/store/store.h"

namespace vigie {

/// Whether people would see a mention's reference change is part of some facts, not of others.
enum class Refs : std::uint8_t { kSaid, kLeftOut };

/// Everything that a tenant keeps, one line a mention, sorted.
inline std::vector<std::string> stored_lines(const Store& store, TenantId tenant,
                                             Refs refs = Refs::kSaid) {
  std::vector<std::string> lines;
  const auto scanned = store.scan(tenant, {}, 0, [&](const StoredMention& stored) {
    const Record& record = stored.record;
    std::string line = refs == Refs::kSaid ? to_string(stored.ref) + " " : std::string();
    line += std::string(record.mention.source) + "/" + std::string(record.mention.id) + " ";
    line += std::string(record.mention.text) + " | " + format_time(record.mention.created_at);
    line += " " + format_time(record.received_at);
    line += " " + std::string(to_string(record.verdict.tone)) + " " +
            std::string(to_string(record.verdict.urgency)) + " " +
            std::to_string(record.verdict.tone_sum) + " " +
            std::to_string(record.verdict.urgency_sum);
    if (refs == Refs::kSaid && record.repeats) {
      line += " repeats " + std::to_string(record.repeats->sequence);
    }
    line += record.leads ? "" : " follows";
    for (const std::uint32_t topic : record.topics) {
      line += " #" + stored.catalogue->names.at(topic);
    }
    lines.push_back(std::move(line));
    return true;
  });
  EXPECT_TRUE(scanned);
  std::ranges::sort(lines);
  return lines;
}

/// (hour, topic, source, tone, urgency) → mentions and stories.
using Counts = std::map<std::tuple<std::uint32_t, std::string, std::string, Tone, Urgency>,
                        std::pair<std::int64_t, std::int64_t>>;

inline Counts rolled_up(const Store& store, TenantId tenant) {
  Counts counts;
  const auto add = [&](const RollupRow& row) {
    for (std::size_t i = 0; i < RollupRow::kLabels; ++i) {
      if (row.counts[i] != 0 || row.stories[i] != 0) {
        counts[{row.bucket, std::string(row.topic), std::string(row.source),
                static_cast<Tone>(i / 4), static_cast<Urgency>(i % 4)}] = {row.counts[i],
                                                                           row.stories[i]};
      }
    }
  };
  EXPECT_TRUE(store.visit_rollups(tenant, RollupGrain::kHour, 0, ~std::uint32_t{0}, add));
  return counts;
}

/// What the rollups should say, counted from the mentions themselves.
inline Counts recounted(const Store& store, TenantId tenant) {
  Counts counts;
  const auto scanned = store.scan(tenant, {}, 0, [&](const StoredMention& stored) {
    const Record& record = stored.record;
    if (record.official) {
      return true;
    }
    const auto count = [&](const std::string& topic) {
      auto& counted =
          counts[{hour_of(record.mention.created_at), topic, std::string(record.mention.source),
                  tone_in_force(record), urgency_in_force(record)}];
      ++counted.first;
      counted.second += record.leads;
    };
    count("");
    for (const std::uint32_t topic : record.topics) {
      count(stored.catalogue->names.at(topic));
    }
    return true;
  });
  EXPECT_TRUE(scanned);
  return counts;
}

inline std::vector<std::string> urgent_ids(const Store& store, TenantId tenant) {
  std::vector<std::string> ids;
  const auto scanned = store.scan_urgent(tenant, {}, 0, [&](const StoredMention& stored) {
    ids.emplace_back(stored.record.mention.id);
    return true;
  });
  EXPECT_TRUE(scanned);
  std::ranges::sort(ids);
  return ids;
}

/// Alerts ever raised, oldest first.
inline std::vector<std::string> alert_bodies(const Store& store, TenantId tenant) {
  std::vector<std::string> bodies;
  const auto alerts = store.alerts(tenant, 0, 100'000);
  EXPECT_TRUE(alerts);
  for (const Store::StoredAlert& alert : *alerts) {
    bodies.push_back(alert.body);
  }
  std::ranges::reverse(bodies);
  return bodies;
}

/// Every byte on the disk, by family and key; how far and how much was read is left out.
inline std::map<std::string, std::string> disk_image(MemoryDisk& disk) {
  std::map<std::string, std::string> image;
  const std::unique_ptr<KeyValue> key_value = disk.open();
  for (std::size_t family = 0; family < kFamilyCount; ++family) {
    if (static_cast<Family>(family) == Family::kCursors ||
        static_cast<Family>(family) == Family::kUsage) {
      continue;
    }
    const auto at = key_value->iterate(static_cast<Family>(family));
    for (at->seek({}); at->valid(); at->next()) {
      image[std::to_string(family) + "/" + std::string(at->key())] = at->value();
    }
  }
  return image;
}

}  // namespace vigie
