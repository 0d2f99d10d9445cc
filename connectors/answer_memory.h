#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "engine/core/time.h"
#include "engine/ingest/connector.h"

namespace vigie {

/// Remembers what was answered to pushes with an Idempotency-Key, so that whoever did not hear the
/// answer may ask again and gets the same one. While the first is still being worked on, the others
/// wait for it.
///
/// Bounds: kMaxAnswers, the oldest go first; each for kLifetime; kMaxInFlight being worked on at
/// once. It does not survive a restart: then the mentions' own ids tell that they are known, and
/// the answer counts duplicates. Ingest thread only.
class AnswerMemory {
 public:
  static constexpr std::size_t kMaxAnswers = 10'000;
  static constexpr std::size_t kMaxInFlight = 1'000;
  static constexpr std::chrono::hours kLifetime{24};

 private:
  struct Entry;
  struct State;

 public:
  explicit AnswerMemory(boost::asio::any_io_executor executor);

  /// The right to work on a key. Dropped without keep(): the key is forgotten, and one of those who
  /// wait gets it.
  class Turn {
   public:
    Turn(Turn&&) = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn();
    /// This is the answer from now on.
    void keep(const PushAnswer& answer);

   private:
    friend class AnswerMemory;
    Turn(std::shared_ptr<State> state, std::shared_ptr<Entry> entry);
    std::shared_ptr<State> state_;  ///< shared: a push that never ends may outlive the memory
    std::shared_ptr<Entry> entry_;
  };

  /// What begin() found: exactly one of the two, or neither when `refusal` says why not.
  struct Start {
    std::optional<Turn> turn;
    std::optional<PushAnswer> answer;
    enum class Refusal { kNone, kOtherBody, kTooMany } refusal = Refusal::kNone;
  };
  /// `digest` identifies the body: the same key with another body is refused.
  boost::asio::awaitable<Start> begin(std::string key, std::string digest, Time now);

  /// Keys known, answered or in flight.
  std::size_t size() const;

 private:
  boost::asio::any_io_executor executor_;
  std::shared_ptr<State> state_;
};

}  // namespace vigie
