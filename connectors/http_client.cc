#include "connectors/http_client.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cctype>
#include <optional>

#include "connectors/public_address.h"
#include "connectors/url.h"
#include "engine/core/ascii.h"
#include "engine/core/check.h"
#include "engine/ingest/signal.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

constexpr int kMaxRedirects = 5;
constexpr std::size_t kMaxHeaderBytes = 64 << 10;
constexpr std::size_t kMaxInflation = 100;  ///< times what came over the wire
constexpr std::size_t kInflationCheckBytes =
    1 << 20;  ///< small answers may compress as well as they like
constexpr std::chrono::milliseconds kConnectTimeout{10'000};
/// libcurl counts a body that goes out together with its header as a part of that.
constexpr std::size_t kMaxBodyInRequestSize = 64 << 10;
constexpr long kMaxConnections = 64;
constexpr long kMaxConnectionsPerHost = 4;
constexpr long kMaxStreamsPerHost = 16;

/// One hop under way: what libcurl's callbacks write into.
struct Transfer {
  Transfer(const HttpRequest& request, asio::any_io_executor executor)
      : request(request), finished(std::move(executor)) {}

  bool refuse(std::string why) {
    refusal = std::move(why);
    return false;
  }
  bool take_header(std::string_view line);
  /// The header of a stream's answer ends here, unless it was an interim one.
  void begin();
  bool take_body(std::string_view bytes);
  /// Of a stream. False: nothing is taken before the reader has made room.
  bool take_piece(std::string_view bytes);

  const HttpRequest& request;
  CURL* easy = nullptr;
  HttpResponse response;
  std::size_t header_bytes = 0;
  std::string refusal;  ///< why we broke it off
  std::array<char, CURL_ERROR_SIZE> error{};
  std::optional<CURLcode> result;  ///< once it is done
  Signal finished;

  // Of a stream only.
  bool is_stream = false;
  bool has_begun = false;  ///< the header is complete
  bool is_paused = false;
  std::chrono::steady_clock::time_point last_heard = std::chrono::steady_clock::now();
};

bool Transfer::take_header(std::string_view line) {
  header_bytes += line.size();
  if (header_bytes > kMaxHeaderBytes) {
    return refuse("the answer's header is larger than " + std::to_string(kMaxHeaderBytes) +
                  " bytes");
  }
  if (line.starts_with("HTTP/")) {
    response.headers.clear();  // what came before was an interim answer
    return true;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    if (is_stream && trimmed(line).empty()) {
      begin();
    }
    return true;
  }
  std::string& value = response.headers[lower_case(trimmed(line.substr(0, colon)))];
  value += (value.empty() ? "" : ", ") + std::string(trimmed(line.substr(colon + 1)));
  return true;
}

bool Transfer::take_body(std::string_view bytes) {
  const std::size_t size = response.body.size() + bytes.size();
  if (size > request.max_body_bytes) {
    return refuse("the answer is larger than " + std::to_string(request.max_body_bytes) + " bytes");
  }
  curl_off_t on_the_wire = 0;
  curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &on_the_wire);
  if (size > kInflationCheckBytes && size / kMaxInflation > static_cast<std::size_t>(on_the_wire)) {
    return refuse("the answer inflates more than " + std::to_string(kMaxInflation) +
                  " times: a bomb");
  }
  response.body += bytes;
  return true;
}

void Transfer::begin() {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 200) {
    response.status = static_cast<unsigned>(status);
    has_begun = true;
    last_heard = std::chrono::steady_clock::now();
    finished.notify();
  }
}

bool Transfer::take_piece(std::string_view bytes) {
  last_heard = std::chrono::steady_clock::now();
  is_paused = response.body.size() + bytes.size() > HttpStream::kMaxHeldBytes;
  if (!is_paused) {
    response.body += bytes;
    finished.notify();
  }
  return !is_paused;
}

// What libcurl calls, in C's words.

std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* transfer) {
  return static_cast<Transfer*>(transfer)->take_header({bytes, size}) ? size : 0;
}

std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* transfer) {
  return static_cast<Transfer*>(transfer)->take_body({bytes, size}) ? size : 0;
}

std::size_t on_piece(char* bytes, std::size_t, std::size_t size, void* transfer) {
  return static_cast<Transfer*>(transfer)->take_piece({bytes, size}) ? size : CURL_WRITEFUNC_PAUSE;
}

curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  auto* transfer = static_cast<Transfer*>(user);
  if (!transfer->request.allow_private && !is_public_address(&address->addr)) {
    transfer->refuse("leads to an address that is not public");
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// A connection may be one that was opened for another request, which was allowed more.
int on_request(void* user, char* remote_address, char*, int, int) {
  auto* transfer = static_cast<Transfer*>(user);
  if (!transfer->request.allow_private && !is_public_address(std::string(remote_address))) {
    transfer->refuse("leads to an address that is not public");
    return CURL_PREREQFUNC_ABORT;
  }
  return CURL_PREREQFUNC_OK;
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  check(curl_easy_setopt(easy, option, value) == CURLE_OK, "libcurl knows its options");
}

}  // namespace

/// libcurl's multi handle with its sockets and its timer on the executor.
class HttpClient::Multi : public std::enable_shared_from_this<HttpClient::Multi> {
 public:
  Multi(asio::any_io_executor executor, HttpOptions options, long max_connections_per_host)
      : executor_(executor), timer_(executor), options_(std::move(options)) {
    check(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "libcurl starts");
    multi_ = curl_multi_init();
    check(multi_ != nullptr, "libcurl gives a multi handle");
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Multi::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, kMaxConnections);
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, max_connections_per_host);
  }

  ~Multi() {
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
    for (auto& [fd, watch] : watches_) {
      watch->let_go();
    }
    curl_multi_cleanup(multi_);
    curl_global_cleanup();
  }

  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  /// One hop, no redirects.
  asio::awaitable<Result<HttpResponse>> fetch_hop(const HttpRequest& request,
                                                  std::shared_ptr<TrafficMeter> meter);

  class Hop;

 private:
  /// A socket that libcurl owns and we watch.
  struct Watch {
    Watch(const asio::any_io_executor& executor, curl_socket_t socket)
        : descriptor(executor), socket(socket) {
      boost::system::error_code error;
      descriptor.assign(socket, error);
      check(!error, "a socket of libcurl's can be watched");
    }
    void let_go() {
      gone = true;
      descriptor.release();
    }
    asio::posix::stream_descriptor descriptor;
    curl_socket_t socket;
    int wanted = 0;   ///< CURL_POLL_IN | CURL_POLL_OUT
    int waiting = 0;  ///< the directions that have a wait under way
    bool gone = false;
  };

  static int on_socket(CURL*, curl_socket_t socket, int what, void* multi, void*) {
    static_cast<Multi*>(multi)->watch(socket, what);
    return 0;
  }
  static int on_timer(CURLM*, long timeout_ms, void* multi) {
    static_cast<Multi*>(multi)->set_timer(timeout_ms);
    return 0;
  }

  void watch(curl_socket_t socket, int what) {
    if (what == CURL_POLL_REMOVE) {
      const auto found = watches_.find(socket);
      if (found != watches_.end()) {
        found->second->let_go();
        watches_.erase(found);
      }
      return;
    }
    std::shared_ptr<Watch>& watch = watches_[socket];
    if (!watch) {
      watch = std::make_shared<Watch>(executor_, socket);
    }
    watch->wanted = what;
    wait(watch, CURL_POLL_IN);
    wait(watch, CURL_POLL_OUT);
  }

  void wait(const std::shared_ptr<Watch>& watch, int direction) {
    if ((watch->wanted & direction) == 0 || (watch->waiting & direction) != 0) {
      return;
    }
    watch->waiting |= direction;
    const auto kind = direction == CURL_POLL_IN ? asio::posix::stream_descriptor::wait_read
                                                : asio::posix::stream_descriptor::wait_write;
    watch->descriptor.async_wait(
        kind, [weak = weak_from_this(), watch, direction](boost::system::error_code error) {
          watch->waiting &= ~direction;
          const auto multi = weak.lock();
          if (!multi || watch->gone) {
            return;
          }
          if ((watch->wanted & direction) != 0) {
            const int ready = direction == CURL_POLL_IN ? CURL_CSELECT_IN : CURL_CSELECT_OUT;
            multi->act(watch->socket, error ? CURL_CSELECT_ERR : ready);
          }
          if (!watch->gone) {
            multi->wait(watch, direction);
          }
        });
  }

  void set_timer(long timeout_ms) {
    if (timeout_ms < 0) {
      timer_.cancel();
      return;
    }
    timer_.expires_after(std::chrono::milliseconds(timeout_ms));
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      const auto multi = weak.lock();
      if (multi && !error) {
        multi->act(CURL_SOCKET_TIMEOUT, 0);
      }
    });
  }

  void act(curl_socket_t socket, int ready) {
    int running = 0;
    curl_multi_socket_action(multi_, socket, ready, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      if (message->msg == CURLMSG_DONE && transfer != nullptr) {
        transfer->result = message->data.result;
        transfer->finished.notify();
      }
    }
  }

  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  HttpOptions options_;
  CURLM* multi_ = nullptr;
  std::map<curl_socket_t, std::shared_ptr<Watch>> watches_;
};

/// A transfer inside the multi handle; out of it again however the coroutine ends.
class HttpClient::Multi::Hop {
 public:
  Hop(std::shared_ptr<Multi> multi, const HttpRequest& request, std::shared_ptr<TrafficMeter> meter)
      : multi_(std::move(multi)), transfer_(request, multi_->executor_), meter_(std::move(meter)) {
    if (const Result<UrlParts> parts = split_url(request.url)) {
      host_ = parts->host;
    }
    meter_->count(host_, {1, 0, 0});
    CURL* easy = curl_easy_init();
    check(easy != nullptr, "libcurl gives an easy handle");
    transfer_.easy = easy;
    set_target();
    set_callbacks();
    set_limits();
    curl_multi_add_handle(multi_->multi_, easy);
  }
  ~Hop() {
    count();
    curl_multi_remove_handle(multi_->multi_, transfer_.easy);
    curl_easy_cleanup(transfer_.easy);
    curl_slist_free_all(headers_);
  }
  Hop(const Hop&) = delete;
  Hop& operator=(const Hop&) = delete;

  Transfer& transfer() { return transfer_; }

  /// Tells the meter what went over the wire since the last time.
  void count() {
    long header = 0, request = 0;
    curl_off_t received = 0, sent = 0;
    curl_easy_getinfo(transfer_.easy, CURLINFO_HEADER_SIZE, &header);
    curl_easy_getinfo(transfer_.easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
    curl_easy_getinfo(transfer_.easy, CURLINFO_REQUEST_SIZE, &request);
    curl_easy_getinfo(transfer_.easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    const bool body_is_counted = transfer_.request.body.size() <= kMaxBodyInRequestSize;
    const Traffic now{0, static_cast<std::uint64_t>(header + received),
                      static_cast<std::uint64_t>(request + (body_is_counted ? 0 : sent))};
    meter_->count(host_, {0, now.bytes_received - counted_.bytes_received,
                          now.bytes_sent - counted_.bytes_sent});
    counted_ = now;
  }

  /// Before the first turn of the loop: the answer is to be read while it comes.
  void become_stream() {
    CURL* easy = transfer_.easy;
    transfer_.is_stream = true;
    set(easy, CURLOPT_WRITEFUNCTION, &on_piece);
    set(easy, CURLOPT_ACCEPT_ENCODING, static_cast<const char*>(nullptr));
    set(easy, CURLOPT_TIMEOUT_MS, 0L);
    set(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t{0});
  }

 private:
  void set_target() {
    CURL* easy = transfer_.easy;
    const HttpRequest& request = transfer_.request;
    set(easy, CURLOPT_URL, request.url.c_str());
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_PROXY, "");
    set(easy, CURLOPT_USERAGENT, multi_->options_.user_agent.c_str());
    set(easy, CURLOPT_ACCEPT_ENCODING, "gzip, br");
    if (!multi_->options_.ca_file.empty()) {
      set(easy, CURLOPT_CAINFO, multi_->options_.ca_file.c_str());
    }
    if (request.method == "HEAD") {
      set(easy, CURLOPT_NOBODY, 1L);
    } else if (request.method != "GET") {
      set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
      set(easy, CURLOPT_POSTFIELDS, request.body.data());
      set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    }
    for (const auto& [name, value] : request.headers) {
      headers_ = curl_slist_append(headers_, (name + ": " + value).c_str());
    }
    headers_ = curl_slist_append(headers_, "Expect:");  // never wait for "100 Continue"
    set(easy, CURLOPT_HTTPHEADER, headers_);
  }

  void set_callbacks() {
    CURL* easy = transfer_.easy;
    void* user = &transfer_;
    set(easy, CURLOPT_PRIVATE, user);
    set(easy, CURLOPT_HEADERFUNCTION, &on_header);
    set(easy, CURLOPT_HEADERDATA, user);
    set(easy, CURLOPT_WRITEFUNCTION, &on_body);
    set(easy, CURLOPT_WRITEDATA, user);
    set(easy, CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
    set(easy, CURLOPT_OPENSOCKETDATA, user);
    set(easy, CURLOPT_PREREQFUNCTION, &on_request);
    set(easy, CURLOPT_PREREQDATA, user);
    set(easy, CURLOPT_ERRORBUFFER, transfer_.error.data());
  }

  void set_limits() {
    CURL* easy = transfer_.easy;
    const HttpRequest& request = transfer_.request;
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_QUICK_EXIT, 1L);  // else giving up waits for the name look-up's thread
    set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(kConnectTimeout.count()));
    set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    set(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request.max_body_bytes));
  }

  std::shared_ptr<Multi> multi_;
  Transfer transfer_;
  std::shared_ptr<TrafficMeter> meter_;
  std::string host_;
  Traffic counted_;
  curl_slist* headers_ = nullptr;
};

namespace {

bool is_redirect(unsigned status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}
bool is_permanent(unsigned status) { return status == 301 || status == 308; }

/// Never the URL: its query may hold a key.
tl::unexpected<Error> failure(const Transfer& transfer) {
  if (!transfer.refusal.empty()) {
    return fail(ErrorCode::kRefused, transfer.refusal);
  }
  if (*transfer.result == CURLE_FILESIZE_EXCEEDED) {
    return fail(
        ErrorCode::kRefused,
        "the answer is larger than " + std::to_string(transfer.request.max_body_bytes) + " bytes");
  }
  if (*transfer.result == CURLE_UNSUPPORTED_PROTOCOL || *transfer.result == CURLE_URL_MALFORMAT) {
    return fail(ErrorCode::kRefused, "not a URL of http or https");
  }
  const std::string said = transfer.error.data();
  return fail(ErrorCode::kUnavailable, said.empty() ? curl_easy_strerror(*transfer.result) : said);
}

}  // namespace

asio::awaitable<Result<HttpResponse>> HttpClient::Multi::fetch_hop(
    const HttpRequest& request, std::shared_ptr<TrafficMeter> meter) {
  Hop hop(shared_from_this(), request, std::move(meter));
  Transfer& transfer = hop.transfer();
  while (!transfer.result) {
    co_await transfer.finished.next(request.timeout + std::chrono::seconds(1));
  }
  if (*transfer.result != CURLE_OK) {
    co_return failure(transfer);
  }
  long status = 0;
  const char* location = nullptr;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(transfer.easy, CURLINFO_REDIRECT_URL, &location);
  transfer.response.status = static_cast<unsigned>(status);
  transfer.response.url = location != nullptr ? location : request.url;
  co_return std::move(transfer.response);
}

std::string user_agent_of(const std::string& contact) {
  const bool is_page = contact.starts_with("http://") || contact.starts_with("https://");
  const std::string token(kProductToken);
  return contact.empty() ? token : token + " (+" + (is_page ? "" : "mailto:") + contact + ")";
}

HttpClient::HttpClient(asio::any_io_executor executor, HttpOptions options)
    : options_(std::move(options)),
      multi_(std::make_shared<Multi>(executor, options_, kMaxConnectionsPerHost)),
      streams_(std::make_shared<Multi>(executor, options_, kMaxStreamsPerHost)) {}

HttpClient::HttpClient(const HttpClient& other, std::shared_ptr<TrafficMeter> meter)
    : options_(other.options_), multi_(other.multi_), streams_(other.streams_) {
  options_.meter = std::move(meter);
}

HttpClient::~HttpClient() = default;

asio::awaitable<Result<HttpResponse>> HttpClient::fetch(HttpRequest request) {
  std::string permanent_url = request.url;
  bool permanent_so_far = true;
  const bool may_follow = request.method == "GET" || request.method == "HEAD";
  for (int hops = 0; hops <= kMaxRedirects; ++hops) {
    Result<HttpResponse> response = co_await multi_->fetch_hop(request, options_.meter);
    if (!response) {
      co_return response;
    }
    const bool moves_on =
        may_follow && is_redirect(response->status) && response->url != request.url;
    if (!moves_on) {
      response->url = request.url;
      response->permanent_url = permanent_url;
      co_return response;
    }
    permanent_so_far = permanent_so_far && is_permanent(response->status);
    if (permanent_so_far) {
      permanent_url = response->url;
    }
    if (request.may_follow) {
      asio::awaitable<Result<void>> answer = request.may_follow(response->url);
      const Result<void> allowed = co_await std::move(answer);
      if (!allowed) {
        co_return tl::make_unexpected(allowed.error());
      }
    }
    if (site_of(response->url) != site_of(request.url)) {
      std::erase_if(request.headers, [](const auto& header) {
        const std::string name = lower_case(header.first);
        return name == "authorization" || name == "cookie";
      });
    }
    request.url = response->url;
  }
  co_return fail(ErrorCode::kRefused, "more than " + std::to_string(kMaxRedirects) + " redirects");
}

/// Everything a stream needs while it lives: the request that the transfer refers to comes first.
struct HttpStream::State {
  State(std::shared_ptr<HttpClient::Multi> multi, HttpRequest asked, HttpStreamLimits limits,
        std::shared_ptr<TrafficMeter> meter)
      : request(std::move(asked)),
        limits(limits),
        hop(std::move(multi), request, std::move(meter)) {
    hop.become_stream();
  }
  HttpRequest request;
  HttpStreamLimits limits;
  HttpClient::Multi::Hop hop;
};

asio::awaitable<Result<std::unique_ptr<HttpStream>>> HttpClient::open(HttpRequest request,
                                                                      HttpStreamLimits limits) {
  std::unique_ptr<HttpStream> stream(new HttpStream(
      std::make_unique<HttpStream::State>(streams_, std::move(request), limits, options_.meter)));
  Transfer& transfer = stream->state_->hop.transfer();
  const auto deadline = std::chrono::steady_clock::now() + limits.open_timeout;
  while (!transfer.has_begun && !transfer.result) {
    if (std::chrono::steady_clock::now() >= deadline) {
      co_return fail(ErrorCode::kUnavailable, "no answer in time");
    }
    co_await transfer.finished.next(limits.open_timeout);
  }
  if (!transfer.has_begun) {
    co_return failure(transfer);
  }
  transfer.response.url = stream->state_->request.url;
  transfer.response.permanent_url = stream->state_->request.url;
  co_return stream;
}

HttpStream::HttpStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpStream::~HttpStream() = default;

const HttpResponse& HttpStream::response() const { return state_->hop.transfer().response; }

asio::awaitable<Result<std::string>> HttpStream::read() {
  Transfer& transfer = state_->hop.transfer();
  while (transfer.response.body.empty() && !transfer.result) {
    const auto silent = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - transfer.last_heard);
    if (silent >= state_->limits.idle_timeout) {
      co_return fail(ErrorCode::kUnavailable, "the source has fallen silent");
    }
    co_await transfer.finished.next(state_->limits.idle_timeout - silent);
  }
  if (transfer.response.body.empty() && *transfer.result != CURLE_OK) {
    co_return failure(transfer);
  }
  std::string piece = std::exchange(transfer.response.body, {});
  state_->hop.count();
  if (transfer.is_paused) {
    transfer.is_paused = false;
    transfer.last_heard = std::chrono::steady_clock::now();  // the silence was ours
    curl_easy_pause(transfer.easy, CURLPAUSE_CONT);
  }
  co_return piece;
}

std::string_view HttpResponse::header(std::string_view lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace vigie
