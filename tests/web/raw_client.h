#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <map>
#include <string>
#include <string_view>

namespace vigie {

/// What came back over the wire.
struct RawAnswer {
  int status = 0;                              ///< 0: the connection was closed without an answer
  std::map<std::string, std::string> headers;  ///< lower case
  std::string body;
};

/// A client that sends exactly the bytes it is told to, right or wrong.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(context_) {
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
  }

  RawClient& send(std::string_view bytes) {
    boost::system::error_code ignored;  // the server may have closed already: its answer says why
    boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
    return *this;
  }
  void finish_sending() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }

  /// The next answer; its body by Content-Length or chunks.
  RawAnswer receive(bool head_only = false) {
    RawAnswer answer;
    std::string line = read_line();
    if (line.size() < 12) {
      return answer;
    }
    answer.status = std::stoi(line.substr(9, 3));
    while (!(line = read_line()).empty()) {
      const std::size_t colon = line.find(':');
      std::string name = line.substr(0, colon);
      for (char& c : name) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      }
      answer.headers[name] = line.substr(std::min(colon + 2, line.size()));
    }
    if (!head_only && answer.headers.contains("content-length")) {
      answer.body = read_bytes(std::stoul(answer.headers["content-length"]));
    }
    return answer;
  }

  /// The next chunk of a chunked body; empty: the last one, or the end of the connection.
  std::string receive_chunk() {
    const std::string size = read_line();
    if (size.empty()) {
      return {};
    }
    std::string chunk = read_bytes(std::stoul(size, nullptr, 16));
    read_line();
    return chunk;
  }

  /// True once the server has closed its side and nothing was left to read.
  bool is_closed() {
    fill();
    return ended_ && buffer_.empty();
  }

 private:
  void fill() {
    char bytes[16384];
    boost::system::error_code error;
    const std::size_t count = socket_.read_some(boost::asio::buffer(bytes), error);
    buffer_.append(bytes, count);
    ended_ = ended_ || error;
  }
  std::string read_line() {
    std::size_t end;
    while ((end = buffer_.find("\r\n")) == std::string::npos && !ended_) {
      fill();
    }
    if (end == std::string::npos) {
      return {};
    }
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return line;
  }
  std::string read_bytes(std::size_t count) {
    while (buffer_.size() < count && !ended_) {
      fill();
    }
    std::string bytes = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return bytes;
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::socket socket_;
  std::string buffer_;
  bool ended_ = false;
};

}  // namespace vigie
