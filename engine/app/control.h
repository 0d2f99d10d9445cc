#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/result.h"

namespace vigie {

/// Words in, words out: what a command of this machine asks of a running engine.
using ControlWords = std::vector<std::string>;

/// Where commands reach the engine that has the data folder open: `control.sock` there, mode 0600.
/// Who can open it has the service's account, and could as well read the files. A message is u32
/// bytes (big endian) of length-prefixed words, at most kMaxQuestionBytes or kMaxAnswerBytes; one
/// question and one answer a connection, the answer as late as it takes. What is larger is refused
/// in words.
class Control {
 public:
  static constexpr std::uint32_t kMaxQuestionBytes = 1U << 20, kMaxAnswerBytes = 1U << 30;
  using Answer = std::function<boost::asio::awaitable<ControlWords>(ControlWords)>;

  Control(boost::asio::any_io_executor executor, std::string data_directory, Answer answer);
  ~Control();
  /// kUnavailable.
  Result<void> listen();
  void stop();

 private:
  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(boost::asio::local::stream_protocol::socket socket);

  std::string directory_;
  Answer answer_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
};

/// Asks the engine that runs on this data folder and waits for its answer; nothing: none runs.
/// kUnavailable: it went away meanwhile.
Result<std::optional<ControlWords>> ask_engine(const std::string& data_directory,
                                               const ControlWords& question);

}  // namespace vigie
