#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/core/result.h"
#include "engine/store/store.h"

namespace vigie {

/// A conversation on a network, as far as the tenant kept it: what a mention answers, what answers
/// it, and what else belongs to the same thread of its source.
struct ReplyThread {
  static constexpr Day kDays = 30;               ///< before and after the mention
  static constexpr std::size_t kMaxItems = 100;  ///< the nearest to the beginning
  static constexpr std::uint32_t kMaxDepth = 50;

  struct Item {
    MentionRef ref;
    std::uint32_t depth = 0;  ///< 0: it answers nothing that is kept
  };
  std::vector<Item> items;  ///< each before what answers it; answers to the same by time
  /// What the first of the mention's line answers to, which the tenant did not keep: its id at the
  /// source; empty: it begins the conversation.
  std::string missing;
  bool is_complete = true;  ///< false: the search was ended before all days were seen
};

/// There is no index of answers: looks through the mentions of the days around, newest first, while
/// `goes_on`. kNotFound: there is no such mention.
Result<ReplyThread> read_reply_thread(const Store& store, const MentionRef& of,
                                      const std::function<bool()>& goes_on);

/// Where people can see what a source calls `id`: the id itself where it is an address (Mastodon),
/// the network's page of it where it is known (Bluesky, X); else empty.
std::string page_of(std::string_view source, std::string_view id);

}  // namespace vigie
