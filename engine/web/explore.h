#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/folded_text.h"
#include "engine/core/settings.h"
#include "engine/core/time.h"
#include "engine/store/store.h"
#include "engine/web/mention_filter.h"

namespace vigie {

/// What somebody looks for in a town's kept mentions, in the language of rules.
struct ExploreQuestion {
  enum class As : std::uint8_t { kMentions, kCsv, kDraft };
  As as = As::kMentions;
  std::string query;  ///< empty: every mention that the filter takes; of a draft never
  Time from{}, to{};  ///< of received_at; `to` is not included
  MentionFilter filter = {};
  std::optional<MentionRef> before = {};  ///< only what was received earlier than this
  std::size_t limit = 0;
  std::string topic = {};  ///< of a draft
};

struct ExploreAnswer {
  struct Found {
    MentionRef ref;
    std::vector<Span> spans;  ///< what fulfilled the query
  };
  /// How many mentions, and how many of them negative.
  struct Count {
    std::uint64_t mentions = 0, negative = 0;
  };
  std::vector<Problem> problems;  ///< the query is wrong: nothing else is said; columns in letters
  std::vector<Found> found;       ///< newest first, at most `limit`
  std::uint64_t scanned = 0, total = 0;
  bool by_hour = false;
  std::vector<std::pair<std::string, Count>> by_time;  ///< "2026-10-14", or the hour's RFC 3339
  std::map<std::string, std::uint64_t, std::less<>> by_tone, by_source, by_topic;
  std::optional<MentionRef> next;  ///< behind the last one of `found`; nothing: these are all
  std::optional<MentionRef>
      stopped;        ///< where the time was up; nothing: all of the period was seen
  std::string csv;    ///< as kCsv, instead of `found`
  std::string draft;  ///< as kDraft: JSON (schema RuleDraft)
};

}  // namespace vigie
