#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/time.h"

namespace vigie {

/// What a message is about in single words, for receivers whose text is made from a template.
inline constexpr std::string_view kMessageFacts[] = {"level",    "headline", "tenant",
                                                     "mentions", "deadline", "link"};

/// One alert, or several held or gathered until now, ready for one receiver.
struct Message {
  std::string idempotency_key;  ///< the same at every attempt for this alert and receiver
  /// The same for all messages of one incident, small letters, digits and '-'; empty: of none.
  std::string thread;
  bool opens_thread = true;  ///< else it goes on with an incident that was announced
  bool is_critical = false;
  std::string subject;  ///< one line
  std::string brief;    ///< one line for lock screens: no quote, no author, no address of a post
  std::string link;     ///< to the screens; empty if nobody knows where they are
  std::string text, html;
  std::string json;  ///< the alert as an object, with its number and link
  // For chats, short:
  std::string slack;       ///< in Slack's own mark-up
  std::string mattermost;  ///< in Markdown
  std::string rocketchat;
  std::string chat_text, chat_html;  ///< plain; with <strong>, <br>, <blockquote>, <a>
  std::map<std::string, std::string, std::less<>> facts;  ///< by kMessageFacts
  // For receivers that keep what is open:
  std::map<std::string, std::string> labels;  ///< tell one alert from another
  Time starts_at{};
  bool is_over = false;
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

/// A way to reach people. May block, at most kTimeout a message and address, and ends soon (kRetry)
/// once the service asks it to stop; one thread at a time.
class Notifier {
 public:
  static constexpr std::chrono::seconds kTimeout{10};
  virtual ~Notifier() = default;
  virtual Attempt deliver(const Message& message) = 0;

  /// A receiver that forgets is told of everything that is still open so often, by repost(), and of
  /// what is over once; at most a minute. 0: one that does not forget.
  virtual std::chrono::seconds repost_every() const { return std::chrono::seconds(0); }
  virtual Attempt repost(const std::vector<Message>&) { return Attempt::delivered(); }
};

}  // namespace vigie
