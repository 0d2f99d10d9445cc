#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace vigie {

/// One server-sent event. The views are valid during the call it is given in.
struct SseEvent {
  std::string_view type;  ///< "message" where the stream names none
  std::string_view data;  ///< its lines joined by '\n'
  std::string_view id;    ///< the last one named in the stream so far
};

/// Reads a stream of server-sent events (WHATWG HTML, 9.2.6), however its bytes are cut. Pure: no
/// I/O, no clock. An event that the stream ends in the middle of is never given.
///
/// Bound: an event (and a line) of more than kMaxEventBytes is passed over and counted.
class SseParser {
 public:
  static constexpr std::size_t kMaxEventBytes = 1 << 20;

  using Take = std::function<void(const SseEvent&)>;
  void feed(std::string_view bytes, const Take& take);

  /// What the stream asks to wait before it is opened again; 0 if it did not say.
  std::uint64_t retry_ms() const { return retry_ms_; }
  std::uint64_t overlong() const { return overlong_; }

 private:
  void end_line(const Take& take);
  void take_field(std::string_view name, std::string_view value);
  void dispatch(const Take& take);

  std::string line_, type_, data_, next_id_, id_;
  bool has_data_ = false;
  bool after_return_ = false;  ///< the last byte was CR: an LF now belongs to it
  bool is_first_line_ = true;  ///< a byte order mark may stand here
  bool is_too_long_ = false;   ///< the event under way
  bool passes_over_ = false;   ///< the rest of the line under way
  std::uint64_t retry_ms_ = 0, overlong_ = 0;
};

}  // namespace vigie
