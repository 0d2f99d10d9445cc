#include "engine/web/reply_thread.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace vigie {
namespace {

constexpr std::size_t kMentionsPerLook = 256;
/// Of one source and 60 days, so that a search has a bound in memory, too.
constexpr std::size_t kMaxLinks = 1'000'000;

using Hash = std::uint64_t;

/// What is remembered of a mention while others are looked through.
struct Link {
  MentionRef ref;
  Hash id = 0, parent = 0, thread = 0;  ///< 0: none
  Time at{};
};

/// By the store's keyed hash: nobody outside can make two ids collide.
Link link_of(const StoredMention& stored, const IdHasher& hash) {
  const Mention& mention = stored.record.mention;
  const auto or_none = [&](std::string_view text) {
    return text.empty() ? 0 : hash(mention.source, text);
  };
  return {stored.ref, hash(mention.source, mention.id), or_none(mention.in_reply_to),
          or_none(mention.thread), mention.created_at};
}

/// The mentions of one conversation among many.
class Conversation {
 public:
  explicit Conversation(std::vector<Link> links) : links_(std::move(links)) {
    std::ranges::stable_sort(links_, [](const Link& a, const Link& b) {
      return std::tie(a.at, a.ref) < std::tie(b.at, b.ref);
    });
    for (std::size_t i = 0; i < links_.size(); ++i) {
      by_id_.emplace(links_[i].id, i);
      if (links_[i].parent != 0) {
        by_parent_.emplace(links_[i].parent, i);
      }
      if (links_[i].thread != 0) {
        by_thread_.emplace(links_[i].thread, i);
      }
    }
  }

  std::vector<ReplyThread::Item> around(const MentionRef& ref) {
    const auto start = std::ranges::find(links_, ref, &Link::ref);
    if (start == links_.end()) {
      return {};
    }
    collect(static_cast<std::size_t>(start - links_.begin()));
    std::vector<ReplyThread::Item> items;
    for (const std::size_t one : members_) {
      if (!parent_of(one)) {
        append(one, 0, items);
      }
    }
    return items;
  }

 private:
  std::optional<std::size_t> parent_of(std::size_t of) const {
    const Link& link = links_[of];
    const auto found = link.parent == 0 ? by_id_.end() : by_id_.find(link.parent);
    // An answer that is older than what it answers would close a ring.
    return found == by_id_.end() || found->second >= of ? std::nullopt
                                                        : std::optional(found->second);
  }

  void collect(std::size_t start) {
    std::vector<std::size_t> next{start};
    const auto reach = [&](std::size_t one) {
      if (members_.size() < ReplyThread::kMaxItems && members_.insert(one).second) {
        next.push_back(one);
      }
    };
    members_.insert(start);
    while (!next.empty()) {
      const std::size_t one = next.back();
      next.pop_back();
      if (const auto parent = parent_of(one)) {
        reach(*parent);
      }
      const auto [first, last] = by_parent_.equal_range(links_[one].id);
      for (auto answer = first; answer != last; ++answer) {
        if (parent_of(answer->second) == one) {
          reach(answer->second);
        }
      }
      const auto [begin, end] = by_thread_.equal_range(links_[one].thread);
      for (auto other = begin; other != end && links_[one].thread != 0; ++other) {
        reach(other->second);
      }
    }
  }

  void append(std::size_t one, std::uint32_t depth, std::vector<ReplyThread::Item>& items) const {
    items.push_back({links_[one].ref, depth});
    for (const std::size_t other : members_) {
      if (depth < ReplyThread::kMaxDepth && parent_of(other) == one) {
        append(other, depth + 1, items);
      }
    }
  }

  std::vector<Link> links_;  ///< by time
  std::unordered_map<Hash, std::size_t> by_id_;
  std::unordered_multimap<Hash, std::size_t> by_parent_, by_thread_;
  std::set<std::size_t> members_;
};

/// What the first of the line of `ref` answers to.
Result<std::string> missing_above(const Store& store, const MentionRef& ref,
                                  const std::vector<ReplyThread::Item>& items) {
  auto at = std::ranges::find(items, ref, &ReplyThread::Item::ref);
  while (at != items.begin() && at != items.end() && at->depth > 0) {
    const std::uint32_t above = at->depth - 1;
    while (at->depth != above) {
      --at;
    }
  }
  const auto first = store.mention(at == items.end() ? ref : at->ref);
  if (!first) {
    return tl::make_unexpected(first.error());
  }
  return *first ? std::string((*first)->record.mention.in_reply_to) : std::string();
}

}  // namespace

Result<ReplyThread> read_reply_thread(const Store& store, const MentionRef& of,
                                      const std::function<bool()>& goes_on) {
  const auto wanted = store.mention(of);
  if (!wanted) {
    return tl::make_unexpected(wanted.error());
  }
  if (!*wanted) {
    return fail(ErrorCode::kNotFound, "there is no such mention");
  }
  const std::string source((*wanted)->record.mention.source);
  const IdHasher hash = store.id_hasher();
  std::vector<Link> links{link_of(**wanted, hash)};
  ReplyThread thread;
  std::size_t seen = 0;
  const MentionRef end{of.tenant, of.day + ReplyThread::kDays + 1, 0};
  const Day since = of.day - std::min(of.day, ReplyThread::kDays);
  const Result<void> read = store.scan(of.tenant, end, since, [&](const StoredMention& stored) {
    if (stored.record.mention.source == source && stored.ref != of) {
      links.push_back(link_of(stored, hash));
    }
    thread.is_complete = links.size() < kMaxLinks && (++seen % kMentionsPerLook != 0 || goes_on());
    return thread.is_complete;
  });
  if (!read) {
    return tl::make_unexpected(read.error());
  }
  thread.items = Conversation(std::move(links)).around(of);
  Result<std::string> missing = missing_above(store, of, thread.items);
  if (!missing) {
    return tl::make_unexpected(missing.error());
  }
  thread.missing = std::move(*missing);
  return thread;
}

std::string page_of(std::string_view source, std::string_view id) {
  constexpr std::string_view kAtScheme = "at://", kPosts = "/app.bsky.feed.post/";
  if (id.starts_with("https://") || id.starts_with("http://")) {
    return std::string(id);
  }
  if (id.starts_with(kAtScheme)) {
    const std::size_t posts = id.find(kPosts);
    return posts == std::string_view::npos
               ? std::string()
               : "https://bsky.app/profile/" +
                     std::string(id.substr(kAtScheme.size(), posts - kAtScheme.size())) + "/post/" +
                     std::string(id.substr(posts + kPosts.size()));
  }
  const bool is_number =
      !id.empty() && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
  return source == "x" && is_number ? "https://x.com/i/status/" + std::string(id) : std::string();
}

}  // namespace vigie
