// The only file that knows Beast.
#include "engine/web/connection.h"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <ctime>
#include <exception>
#include <optional>

#include "engine/core/ascii.h"
#include "engine/core/payload.h"

namespace vigie {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadBufferBytes = 128 << 10, kBodyStepBytes = 256 << 10;
constexpr std::size_t kMaxLingerBytes = 1 << 20;
constexpr std::chrono::seconds kLingerTimeout{2};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

auto no_throw(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// RFC 9110's form, which has no locale.
std::string http_date(std::time_t now) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[utc.tm_wday],
                utc.tm_mday, kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                utc.tm_sec);
  return text;
}

/// Why a head may not be served, beyond what the parser refuses itself: framing that another
/// server on the way could read differently. Null if all is well.
const char* objection(const http::request<http::empty_body>& head) {
  if (head.version() != 11 && head.version() != 10) {
    return "only HTTP/1.1 and HTTP/1.0 are spoken here";
  }
  if (head.count(http::field::host) > 1 ||
      (head.version() == 11 && head.count(http::field::host) == 0)) {
    return "there must be one Host header";
  }
  if (head.count(http::field::transfer_encoding) != 0 &&
      (head.version() == 10 ||
       lower_case(view(head[http::field::transfer_encoding])) != "chunked")) {
    return "the only transfer coding is chunked";
  }
  if (!head.target().starts_with('/')) {
    return "the request target must be a path";
  }
  return nullptr;
}

Request describe(const http::request<http::empty_body>& head) {
  Request request;
  request.method = view(head.method_string());
  const std::string_view target = view(head.target());
  const std::size_t question = std::min(target.find('?'), target.size());
  request.path = target.substr(0, question);
  request.query = target.substr(std::min(question + 1, target.size()));
  for (const auto& field : head) {
    std::string name = lower_case(view(field.name_string()));
    const char* separator = name == "cookie" ? "; " : ", ";
    const auto [entry, is_new] = request.headers.try_emplace(std::move(name), view(field.value()));
    if (!is_new) {
      entry->second += separator;
      entry->second += view(field.value());
    }
  }
  return request;
}

Response refuse_unreadable(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return problem(431, "the request's head is too large");
  }
  if (error == http::error::body_limit) {
    return problem(413, "the request's body is too large");
  }
  return problem(400, "this is not a well-formed HTTP request: " + error.message());
}

bool is_of_http(const error_code& error) {
  return error.category() == http::make_error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

bool has_no_body(unsigned status) { return status == 204 || status == 304 || status / 100 == 1; }

bool is_safe_header(std::string_view value) {
  return std::ranges::none_of(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

/// One client: reads a request, answers it, and again.
class HttpConnection final : public Connection,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(tcp::socket socket, std::shared_ptr<ConnectionContext> context)
      : context_(std::move(context)),
        socket_(std::move(socket)),
        timer_(context_->executor),
        buffer_(kReadBufferBytes) {
    error_code error;
    const tcp::endpoint remote = socket_.remote_endpoint(error);
    remote_address_ = error ? std::string() : remote.address().to_string();
    socket_.set_option(tcp::no_delay(true), error);
    context_->connections.insert(this);
  }

  ~HttpConnection() override {
    context_->connections.erase(this);
    if (context_->connections.empty()) {
      context_->all_gone.cancel();
    }
  }

  void start() {
    asio::co_spawn(
        context_->executor, [self = shared_from_this()] { return self->run(); },
        asio::bind_cancellation_slot(end_.slot(), [](std::exception_ptr failure) {
          if (failure) {
            std::rethrow_exception(failure);
          }
        }));
  }

  bool is_answering() const override { return phase_ == Phase::kAnswering; }
  bool is_ending() const override { return is_ending_; }
  bool is_idle_from(std::string_view address) const override {
    return phase_ == Phase::kIdle && !is_ending_ && (address.empty() || address == remote_address_);
  }
  std::chrono::steady_clock::time_point idle_since() const override { return idle_since_; }
  void end() override {
    is_ending_ = true;
    end_.emit(asio::cancellation_type::terminal);
  }

 private:
  enum class Phase : std::uint8_t { kNew, kIdle, kAnswering, kStreaming };

  /// One request and what came of it.
  struct Turn {
    Request request;  ///< until it is handed to the route
    Response response;
    const Route* route = nullptr;
    unsigned version = 11;
    bool is_head = false;
    bool is_read = false;  ///< to its end, so that another may follow
    bool keep_alive = false;
    bool client_gone = false;
  };

  /// Interrupts the waiting operation when its time is over.
  class Deadline {
   public:
    Deadline(HttpConnection& connection, std::chrono::milliseconds limit)
        : connection_(connection) {
      connection_.timed_out_ = false;
      connection_.timer_.expires_after(limit);
      connection_.timer_.async_wait([self = connection_.shared_from_this(),
                                     number = ++connection_.deadline_](error_code error) {
        if (!error && self->deadline_ == number) {
          self->timed_out_ = true;
          self->socket_.cancel();
        }
      });
    }
    ~Deadline() {
      ++connection_.deadline_;
      connection_.timer_.cancel();
    }
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

   private:
    HttpConnection& connection_;
  };

  /// A share of the memory for bodies, given back at the end of the turn.
  class BodyShare {
   public:
    BodyShare(ConnectionContext& context, std::size_t bytes) : context_(context), bytes_(bytes) {
      context_.waiting_body_bytes += bytes_;
    }
    ~BodyShare() { context_.waiting_body_bytes -= bytes_; }
    BodyShare(const BodyShare&) = delete;
    BodyShare& operator=(const BodyShare&) = delete;

   private:
    ConnectionContext& context_;
    std::size_t bytes_;
  };

  asio::awaitable<void> run() {
    try {
      bool again = true;
      while (again && !context_->stopping) {
        again = co_await serve_one();
      }
    } catch (const boost::system::system_error&) {
      // Cancelled: the server stops, or the client has gone.
    }
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

  asio::awaitable<bool> serve_one() {
    phase_ = Phase::kIdle;
    idle_since_ = std::chrono::steady_clock::now();
    const bool comes = co_await wait_for_bytes();
    if (!comes) {
      co_return false;
    }
    phase_ = Phase::kAnswering;
    const auto start = std::chrono::steady_clock::now();
    Turn turn;
    co_await take(turn);
    if (turn.client_gone) {
      co_return false;
    }
    turn.keep_alive = turn.keep_alive && turn.is_read && !context_->stopping;
    context_->metrics.http(turn.route ? turn.route->pattern : "none", turn.response.status,
                           std::chrono::steady_clock::now() - start);
    const bool written = co_await answer(turn);
    if (written && !turn.is_read) {
      co_await linger();
    }
    co_return written&& turn.keep_alive;
  }

  /// The first bytes of a request, unless they are here already.
  asio::awaitable<bool> wait_for_bytes() {
    if (buffer_.size() != 0) {
      co_return true;
    }
    const Deadline deadline(*this, context_->limits.idle_timeout);
    error_code error;
    const std::size_t bytes =
        co_await socket_.async_read_some(buffer_.prepare(8 << 10), no_throw(error));
    buffer_.commit(bytes);
    co_return !error;
  }

  /// Reads the request and has it answered; whatever is wrong becomes the answer.
  asio::awaitable<void> take(Turn& turn) {
    http::request_parser<http::empty_body> head;
    head.header_limit(static_cast<std::uint32_t>(context_->limits.max_header_bytes));
    head.body_limit(boost::none);
    const error_code error = co_await read_head(head);
    if (timed_out_) {
      turn.response = problem(408, "the request's head did not come in time");
      co_return;
    }
    if (error) {
      turn.client_gone = !is_of_http(error);
      turn.response = refuse_unreadable(error);
      co_return;
    }
    turn.version = head.get().version();
    if (const char* why = objection(head.get())) {
      turn.response = problem(400, why);
      co_return;
    }
    turn.keep_alive = head.keep_alive();
    turn.is_read = head.is_done();
    turn.request = describe(head.get());
    turn.is_head = turn.request.method == "HEAD";
    turn.request.remote_address =
        client_address(remote_address_, turn.request.header("x-forwarded-for"), context_->proxies);
    if (!is_welcome(turn)) {
      co_return;
    }
    const std::optional<BodyShare> share = reserve_body(head, turn);
    if (!share) {
      co_return;
    }
    const bool complete = turn.is_read || co_await read_body(head, turn);
    if (complete) {
      turn.response = co_await turn.route->handler(std::move(turn.request));
    }
  }

  asio::awaitable<error_code> read_head(http::request_parser<http::empty_body>& head) {
    const Deadline deadline(*this, context_->limits.header_timeout);
    error_code error;
    co_await http::async_read_header(socket_, buffer_, head, no_throw(error));
    co_return error;
  }

  /// Finds the route and asks the gate, before any body is read.
  bool is_welcome(Turn& turn) {
    Router::Found found = context_->router.find(turn.request);
    if (found.malformed_escape) {
      turn.response = problem(400, "the path holds an escape that is none");
      return false;
    }
    if (!found.route) {
      turn.response = found.allow.empty() ? not_found() : problem(405, "not with this method");
      if (!found.allow.empty()) {
        turn.response.with("Allow", std::move(found.allow));
      }
      return false;
    }
    turn.route = found.route;
    if (std::optional<Response> refusal = context_->gate(*found.route, turn.request)) {
      turn.response = std::move(*refusal);
      return false;
    }
    return true;
  }

  std::optional<BodyShare> reserve_body(http::request_parser<http::empty_body>& head, Turn& turn) {
    const std::size_t limit = turn.route->max_body_bytes;
    const std::uint64_t announced =
        turn.is_read ? 0 : head.content_length().value_or(std::uint64_t{limit});
    if (announced > limit) {
      turn.response = problem(413, "the body may hold " + std::to_string(limit) + " bytes");
      return std::nullopt;
    }
    if (context_->waiting_body_bytes + announced > context_->limits.max_waiting_body_bytes) {
      turn.response = problem(503, "too much is being received at once").with("Retry-After", "1");
      return std::nullopt;
    }
    return std::optional<BodyShare>(std::in_place, *context_, announced);
  }

  asio::awaitable<bool> read_body(http::request_parser<http::empty_body>& head, Turn& turn) {
    error_code error;
    const std::string_view expected = turn.request.header("expect");
    if (!expected.empty() && lower_case(expected) != "100-continue") {
      turn.response = problem(417, "only 100-continue can be expected");
      co_return false;
    }
    const Deadline deadline(*this, context_->limits.body_timeout);
    if (!expected.empty()) {
      co_await asio::async_write(socket_, asio::buffer(kContinue), no_throw(error));
    }
    if (!error && head.content_length()) {
      error = co_await read_announced(*head.content_length(), turn.request);
    } else if (!error) {
      error = co_await read_chunks(head, turn);
    }
    if (!error) {
      turn.is_read = true;
      co_return true;
    }
    turn.client_gone = !timed_out_ && !is_of_http(error);
    turn.response = timed_out_ ? problem(408, "the request's body did not come in time")
                               : refuse_unreadable(error);
    co_return false;
  }

  /// Straight to where it stays: bodies may be large, and copies of them are felt. Memory is
  /// touched as it comes, not as it is announced.
  asio::awaitable<error_code> read_announced(std::uint64_t bytes, Request& request) {
    std::string& body = request.body;
    body.reserve(bytes + Payload::kPaddingBytes);  // it may become one
    const std::size_t here = std::min<std::size_t>(bytes, buffer_.size());
    body.append(static_cast<const char*>(buffer_.data().data()), here);
    buffer_.consume(here);
    error_code error;
    while (!error && body.size() < bytes) {
      const std::size_t before = body.size();
      body.resize(before + std::min<std::size_t>(bytes - before, kBodyStepBytes));
      co_await asio::async_read(socket_, asio::buffer(body) + before, no_throw(error));
    }
    co_return error;
  }

  asio::awaitable<error_code> read_chunks(http::request_parser<http::empty_body>& head,
                                          Turn& turn) {
    http::request_parser<http::string_body> whole(std::move(head));
    whole.body_limit(turn.route->max_body_bytes);
    error_code error;
    co_await http::async_read(socket_, buffer_, whole, no_throw(error));
    turn.request.body = std::move(whole.get().body());
    co_return error;
  }

  asio::awaitable<bool> answer(Turn& turn) {
    if (turn.response.stream && !turn.is_head) {
      co_return co_await answer_with_stream(turn);
    }
    http::response<http::string_body> message(make_head(turn));
    const bool wants_body = !turn.is_head && !has_no_body(turn.response.status);
    if (!has_no_body(turn.response.status)) {
      message.content_length(turn.response.body.size());
    }
    if (wants_body) {
      message.body() = std::move(turn.response.body);
    }
    const Deadline deadline(*this, context_->limits.write_timeout);
    error_code error;
    co_await http::async_write(socket_, message, no_throw(error));
    co_return !error;
  }

  /// A body of unknown length, a piece at a time; a client that does not take one in time is
  /// dropped.
  asio::awaitable<bool> answer_with_stream(Turn& turn) {
    phase_ = Phase::kStreaming;
    const bool chunked = turn.version == 11;
    turn.keep_alive = turn.keep_alive && chunked;
    http::response<http::empty_body> head(make_head(turn));
    head.chunked(chunked);
    http::response_serializer<http::empty_body> serializer(head);
    error_code error;
    {
      const Deadline deadline(*this, context_->limits.write_timeout);
      co_await http::async_write_header(socket_, serializer, no_throw(error));
    }
    std::string piece = std::move(turn.response.body);
    if (piece.empty() && !error) {
      piece = co_await turn.response.stream();
    }
    while (!error && !piece.empty()) {
      error = co_await write_piece(piece, chunked);
      if (!error) {
        piece = co_await turn.response.stream();
      }
    }
    if (!error && chunked) {
      const Deadline deadline(*this, context_->limits.write_timeout);
      co_await asio::async_write(socket_, http::make_chunk_last(), no_throw(error));
    }
    co_return !error;
  }

  asio::awaitable<error_code> write_piece(const std::string& piece, bool chunked) {
    const Deadline deadline(*this, context_->limits.write_timeout);
    error_code error;
    if (chunked) {
      co_await asio::async_write(socket_, http::make_chunk(asio::buffer(piece)), no_throw(error));
    } else {
      co_await asio::async_write(socket_, asio::buffer(piece), no_throw(error));
    }
    co_return error;
  }

  http::response_header<> make_head(Turn& turn) const {
    add_common_headers(turn.response);
    for (const auto& [name, value] : context_->own_headers) {
      turn.response.with(name, value);
    }
    http::response<http::empty_body> head;
    head.version(turn.version);
    head.result(turn.response.status);
    head.reason(std::string(reason_phrase(turn.response.status)));
    head.set(http::field::date, http_date(std::time(nullptr)));
    if (!has_no_body(turn.response.status)) {
      head.set(http::field::content_type, turn.response.content_type);
    }
    for (const auto& [name, value] : turn.response.headers) {
      if (is_safe_header(name) && is_safe_header(value)) {
        head.insert(name, value);
      }
    }
    head.keep_alive(turn.keep_alive);
    return std::move(head.base());
  }

  /// Lets a client that is still sending read the answer before the connection is reset.
  asio::awaitable<void> linger() {
    error_code error;
    socket_.shutdown(tcp::socket::shutdown_send, error);
    const Deadline deadline(*this, kLingerTimeout);
    for (std::size_t read = 0; !error && !timed_out_ && read < kMaxLingerBytes;) {
      buffer_.clear();
      read += co_await socket_.async_read_some(buffer_.prepare(64 << 10), no_throw(error));
    }
  }

  std::shared_ptr<ConnectionContext> context_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  boost::beast::flat_buffer buffer_;
  asio::cancellation_signal end_;
  std::string remote_address_;
  std::uint64_t deadline_ = 0;
  bool timed_out_ = false;
  Phase phase_ = Phase::kNew;  ///< a coroutine must not be cancelled before its first step
  std::chrono::steady_clock::time_point idle_since_{};
  bool is_ending_ = false;
};

}  // namespace

void start_connection(tcp::socket socket, std::shared_ptr<ConnectionContext> context) {
  std::make_shared<HttpConnection>(std::move(socket), std::move(context))->start();
}

}  // namespace vigie
