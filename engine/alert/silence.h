#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/alert/alert.h"
#include "engine/core/json_writer.h"
#include "engine/core/result.h"
#include "engine/store/store.h"

namespace vigie {

/// Which alerts of a tenant are meant. Every list that is not empty must hold the alert's value; an
/// alert has one topic, source, level and incident, and the rules that speak for it.
struct AlertMatchers {
  std::vector<std::string> topics, rules, sources, incidents;
  std::vector<Urgency> levels;

  bool empty() const {
    return topics.empty() && rules.empty() && sources.empty() && incidents.empty() &&
           levels.empty();
  }
  bool match(const Alert& alert) const;
};

/// For a time nobody is told of the alerts that it matches, because somebody said so, and why.
struct Silence {
  enum class State : std::uint8_t { kPending, kActive, kEnded };

  std::uint64_t number = 0;  ///< given by the book, ascending from 1
  std::string tenant;        ///< its id
  AlertMatchers matchers;
  std::string reason, author;
  Time made_at{}, starts_at{}, ends_at{};  ///< in force in [starts_at, ends_at)

  State state_at(Time now) const {
    return now < starts_at ? State::kPending : now < ends_at ? State::kActive : State::kEnded;
  }
};
std::string_view to_string(Silence::State state);
/// The members of an object that the caller has begun.
void write_members(const Silence& silence, JsonWriter& json);

/// The silences of all tenants, durable in the store (note "silence/" number). Any thread.
class Silences {
 public:
  static constexpr std::size_t kMaxPerTenant = 1'000;  ///< not ended ones; more are refused (kFull)
  static constexpr std::size_t kMaxMatcherValues = 100, kMaxReasonBytes = 1'000;
  static constexpr std::chrono::days kLongest{92};
  static constexpr std::chrono::days kRemembered{90};  ///< after its end

  /// Reads those in the store, forgets those that ended long before `now`.
  static Result<std::unique_ptr<Silences>> recall(Store& store, Time now);

  /// Durable when it returns, with its number. kInvalidInput: it ends before it starts or before
  /// now, lasts too long, matches everything, says no reason or too much; kFull.
  Result<Silence> add(Silence wanted, Time now);
  /// It ends now. kNotFound; kRefused: it has ended before.
  Result<Silence> expire(std::string_view tenant, std::uint64_t number, Time now);

  /// Newest first.
  std::vector<Silence> of(std::string_view tenant) const;
  /// Of those in force that match the one that ends last.
  std::optional<Silence> silencing(const Alert& alert, Time now) const;
  /// Another number after every change: whoever decided by the silences looks again.
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

 private:
  explicit Silences(Store& store) : store_(store) {}
  void keep(const Silence& silence);

  Store& store_;
  mutable std::mutex mutex_;  ///< guards all below but version_
  std::vector<Silence> silences_;
  std::uint64_t next_number_ = 1;
  std::atomic<std::uint64_t> version_{0};
};

}  // namespace vigie
