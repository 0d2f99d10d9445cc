#include "engine/app/control.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <utility>

#include "engine/store/bytes.h"

namespace vigie {
namespace {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;
using boost::system::error_code;

constexpr const char* kSocket = "control.sock";

/// An address of a socket is at most 107 bytes long; a data folder's path may be longer: the folder
/// is opened and called by its descriptor.
class Folder {
 public:
  explicit Folder(const std::string& path)
      : file_(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}
  ~Folder() {
    if (file_ >= 0) {
      ::close(file_);
    }
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Protocol::endpoint endpoint() const {
    return Protocol::endpoint("/proc/self/fd/" + std::to_string(file_) + "/" + kSocket);
  }

 private:
  int file_;
};

std::string message_of(const ControlWords& words) {
  std::string body, message;
  for (const std::string& word : words) {
    put_text(body, word);
  }
  put_u32(message, static_cast<std::uint32_t>(body.size()));
  return message + body;
}

std::optional<ControlWords> words_of(std::string_view body) {
  ControlWords words;
  ByteReader in(body);
  while (in.ok() && !in.done()) {
    words.emplace_back(in.text());
  }
  return in.ok() ? std::optional(std::move(words)) : std::nullopt;
}

std::uint32_t size_of(const std::array<char, 4>& head) {
  return ByteReader({head.data(), head.size()}).u32();
}

}  // namespace

Control::Control(asio::any_io_executor executor, std::string data_directory, Answer answer)
    : directory_(std::move(data_directory)), answer_(std::move(answer)), acceptor_(executor) {}

Control::~Control() { stop(); }

Result<void> Control::listen() {
  const Folder folder(directory_);
  ::unlink((directory_ + "/" + kSocket).c_str());  // the store's lock says that nobody else is here
  error_code error;
  acceptor_.open(Protocol(), error);
  if (!error) {
    acceptor_.bind(folder.endpoint(), error);
  }
  if (!error) {
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error || ::chmod((directory_ + "/" + kSocket).c_str(), 0600) != 0) {
    return fail(ErrorCode::kUnavailable,
                "cannot listen on " + directory_ + "/" + kSocket + ": " + error.message());
  }
  asio::co_spawn(acceptor_.get_executor(), accept(), asio::detached);
  return {};
}

void Control::stop() {
  if (acceptor_.is_open()) {
    error_code ignored;
    acceptor_.close(ignored);
    ::unlink((directory_ + "/" + kSocket).c_str());
  }
}

asio::awaitable<void> Control::accept() {
  for (;;) {
    error_code error;
    Protocol::socket socket(acceptor_.get_executor());
    co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      co_return;
    }
    asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> Control::serve(Protocol::socket socket) {
  error_code error;
  std::array<char, 4> head{};
  co_await asio::async_read(socket, asio::buffer(head),
                            asio::redirect_error(asio::use_awaitable, error));
  if (error || size_of(head) > kMaxQuestionBytes) {
    co_return;
  }
  std::string body(size_of(head), '\0');
  co_await asio::async_read(socket, asio::buffer(body),
                            asio::redirect_error(asio::use_awaitable, error));
  std::optional<ControlWords> question = words_of(body);
  if (error || !question) {
    co_return;
  }
  asio::awaitable<ControlWords> answering = answer_(std::move(*question));
  const ControlWords answer = co_await std::move(answering);
  std::string message = message_of(answer);
  if (message.size() > kMaxAnswerBytes) {
    message = message_of({"refused", "the answer is too large to be handed over"});
  }
  co_await asio::async_write(socket, asio::buffer(message),
                             asio::redirect_error(asio::use_awaitable, error));
}

Result<std::optional<ControlWords>> ask_engine(const std::string& data_directory,
                                               const ControlWords& question) {
  const Folder folder(data_directory);
  asio::io_context context;
  Protocol::socket socket(context);
  error_code error;
  socket.connect(folder.endpoint(), error);
  if (error) {
    return std::nullopt;
  }
  asio::write(socket, asio::buffer(message_of(question)), error);
  std::array<char, 4> head{};
  std::string body;
  if (!error) {
    asio::read(socket, asio::buffer(head), error);
  }
  if (!error && size_of(head) <= Control::kMaxAnswerBytes) {
    body.resize(size_of(head));
    asio::read(socket, asio::buffer(body), error);
  }
  std::optional<ControlWords> answer = words_of(body);
  if (error || !answer || answer->empty()) {
    return fail(ErrorCode::kUnavailable, "the engine went away before it answered");
  }
  return answer;
}

}  // namespace vigie
