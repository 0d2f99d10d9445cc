#pragma once

#include <chrono>
#include <memory>
#include <string>

namespace vigie {

/// One alert, ready for one receiver.
struct Message {
  std::string idempotency_key;  ///< the same at every attempt for this alert and receiver
  std::string subject;          ///< one line
  std::string text, html;
  std::string json;        ///< the alert as an object, with its number and link
  std::string slack;       ///< for chats, short: in Slack's own mark-up
  std::string mattermost;  ///< the same in Markdown
};

/// How an attempt to deliver ended.
struct Attempt {
  enum class Outcome { kDelivered, kRetry, kRefused };
  Outcome outcome = Outcome::kDelivered;
  std::string error;  ///< for people; of a delivery: who of several did not get it
  std::chrono::seconds retry_after{0};  ///< as the receiver asked; 0: it did not

  static Attempt delivered(std::string but = {}) {
    return {Outcome::kDelivered, std::move(but), {}};
  }
  static Attempt retry(std::string error, std::chrono::seconds after = {}) {
    return {Outcome::kRetry, std::move(error), after};
  }
  static Attempt refused(std::string error) { return {Outcome::kRefused, std::move(error), {}}; }
};

/// A way to reach people. May block, at most kTimeout, and ends soon (kRetry) once the service asks
/// it to stop; one thread at a time.
class Notifier {
 public:
  static constexpr std::chrono::seconds kTimeout{10};
  virtual ~Notifier() = default;
  virtual Attempt deliver(const Message& message) = 0;
};

}  // namespace vigie
