#include "engine/access/reveals.h"

#include <algorithm>
#include <utility>

#include "engine/core/ascii.h"
#include "engine/store/bytes.h"

namespace vigie {
namespace {

std::string prefix_of(const std::string& tenant) { return "reveal/" + tenant + "/"; }

/// Of UTF-8: bytes that begin a character.
std::size_t letters_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

void put_time(std::string& out, std::optional<Time> time) {
  out.push_back(time ? '\1' : '\0');
  put_signed(out, time.value_or(Time{}).time_since_epoch().count());
}
std::optional<Time> read_time(ByteReader& in) {
  const bool is_there = in.byte() != 0;
  const Time time(microseconds(in.integer()));
  return is_there ? std::optional(time) : std::nullopt;
}

std::string encode(const Reveal& reveal) {
  std::string out;
  out.append(reinterpret_cast<const char*>(reveal.author.data()), reveal.author.size());
  for (const std::string* text :
       {&reveal.mention, &reveal.reason, &reveal.asked_by, &reveal.decided_by}) {
    put_text(out, *text);
  }
  put_signed(out, reveal.asked_at.time_since_epoch().count());
  put_time(out, reveal.decided_at);
  put_time(out, reveal.read_at);
  out.push_back(reveal.is_refused ? '\1' : '\0');
  return out;
}

Result<Reveal> decode(std::string id, std::string_view bytes) {
  ByteReader in(bytes);
  Reveal reveal;
  reveal.id = std::move(id);
  in.take(reveal.author.size())
      .copy(reinterpret_cast<char*>(reveal.author.data()), reveal.author.size());
  for (std::string* text :
       {&reveal.mention, &reveal.reason, &reveal.asked_by, &reveal.decided_by}) {
    *text = in.text();
  }
  reveal.asked_at = Time(microseconds(in.integer()));
  reveal.decided_at = read_time(in);
  reveal.read_at = read_time(in);
  reveal.is_refused = in.byte() != 0;
  return in.done()
             ? Result<Reveal>(std::move(reveal))
             : fail(ErrorCode::kCorrupt, "a stored reveal cannot be read: its bytes are damaged");
}

}  // namespace

Reveal::State Reveal::state_at(Time now) const {
  if (read_at) {
    return State::kRead;
  }
  if (is_refused) {
    return State::kRefused;
  }
  if (decided_at) {
    return now < *decided_at + kToRead ? State::kApproved : State::kExpired;
  }
  return now < asked_at + kToApprove ? State::kWaiting : State::kExpired;
}

std::string_view to_string(Reveal::State state) {
  constexpr std::string_view kNames[] = {"waiting", "approved", "refused", "read", "expired"};
  return kNames[static_cast<std::size_t>(state)];
}

Result<Reveal> ask_reveal(std::string id, const Pseudonym& author, std::string mention,
                          std::string_view reason, std::string_view by, Time now) {
  reason = trimmed(reason);
  if (letters_of(reason) < Reveal::kLeastReasonLetters || reason.size() > Reveal::kMaxReasonBytes) {
    return fail(ErrorCode::kInvalidInput,
                "a reason has at least 10 characters and at most 500 bytes");
  }
  Reveal reveal;
  reveal.id = std::move(id);
  reveal.author = author;
  reveal.mention = std::move(mention);
  reveal.reason = reason;
  reveal.asked_by = by;
  reveal.asked_at = now;
  return reveal;
}

Result<Reveal> decide_reveal(Reveal reveal, bool is_approved, std::string_view by, Time now) {
  if (reveal.state_at(now) != Reveal::State::kWaiting) {
    return fail(ErrorCode::kNotFound, "it does not wait for a decision");
  }
  if (lower_case(by) == lower_case(reveal.asked_by)) {
    return fail(ErrorCode::kRefused, "it takes a second person");
  }
  reveal.decided_by = by;
  reveal.decided_at = now;
  reveal.is_refused = !is_approved;
  return reveal;
}

Result<Reveal> read_reveal(Reveal reveal, std::string_view by, Time now) {
  if (by != reveal.asked_by) {
    return fail(ErrorCode::kRefused, "only whoever asked for it reads it");
  }
  if (reveal.state_at(now) != Reveal::State::kApproved) {
    return fail(ErrorCode::kNotFound, "it is not approved, was read already, or the hour is over");
  }
  reveal.read_at = now;
  return reveal;
}

Result<std::vector<Reveal>> read_reveals(const Store& store, const std::string& tenant) {
  const std::string prefix = prefix_of(tenant);
  const auto notes = store.alerting_notes(prefix);
  if (!notes) {
    return tl::make_unexpected(notes.error());
  }
  std::vector<Reveal> reveals;
  for (const auto& [key, value] : *notes) {
    Result<Reveal> reveal = decode(key.substr(prefix.size()), value);
    if (!reveal) {
      return tl::make_unexpected(reveal.error());
    }
    reveals.push_back(std::move(*reveal));
  }
  std::ranges::stable_sort(reveals, {}, &Reveal::asked_at);
  return reveals;
}

Result<std::optional<Reveal>> find_reveal(const Store& store, const std::string& tenant,
                                          std::string_view id) {
  Result<std::vector<Reveal>> reveals = read_reveals(store, tenant);
  if (!reveals) {
    return tl::make_unexpected(reveals.error());
  }
  const auto found = std::ranges::find(*reveals, id, &Reveal::id);
  return found == reveals->end() ? std::nullopt : std::optional(std::move(*found));
}

Result<void> keep_reveal(Store& store, const std::string& tenant, const Reveal& reveal, Time now) {
  const Result<std::vector<Reveal>> known = read_reveals(store, tenant);
  if (!known) {
    return tl::make_unexpected(known.error());
  }
  Store::AlertingChange change;
  std::size_t others = 0;
  for (const Reveal& one : *known) {
    if (one.asked_at + kRevealsKept < now) {
      change.notes.emplace_back(prefix_of(tenant) + one.id, std::nullopt);
    } else if (one.id != reveal.id) {
      ++others;
    }
  }
  if (others >= kMaxReveals) {
    return fail(ErrorCode::kFull, "too many identities were asked for within a year");
  }
  change.notes.emplace_back(prefix_of(tenant) + reveal.id, encode(reveal));
  store.change_alerting(change);
  return {};
}

Result<void> forget_reveals(Store& store, const std::string& tenant, const Pseudonym& author) {
  const Result<std::vector<Reveal>> known = read_reveals(store, tenant);
  if (!known) {
    return tl::make_unexpected(known.error());
  }
  Store::AlertingChange change;
  for (const Reveal& one : *known) {
    if (one.author == author) {
      change.notes.emplace_back(prefix_of(tenant) + one.id, std::nullopt);
    }
  }
  store.change_alerting(change);
  return {};
}

}  // namespace vigie
