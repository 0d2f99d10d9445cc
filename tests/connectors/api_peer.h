#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace vigie {

/// A small HTTP/1.1 server on a free port of this machine that answers as it is told, cuts and
/// trickles, and remembers what it was asked. One connection at a time, closed after each answer.
class ApiPeer {
 public:
  struct Request {
    std::string method, path, query, body;
    std::map<std::string, std::string> headers;  ///< names lower case

    /// The value of a query parameter, percent-decoded; empty if it is not there.
    std::string parameter(const std::string& name) const {
      for (std::size_t at = 0; at <= query.size();) {
        const std::size_t end = std::min(query.find('&', at), query.size());
        const std::string one = query.substr(at, end - at);
        if (one.starts_with(name + "=")) {
          return decoded(one.substr(name.size() + 1));
        }
        at = end + 1;
      }
      return {};
    }
    static std::string decoded(const std::string& text) {
      std::string out;
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
          out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
          i += 2;
        } else {
          out += text[i];
        }
      }
      return out;
    }
  };
  struct Answer {
    int status = 200;
    std::vector<std::string> headers = {};  ///< "Name: value"
    std::string body = {};
    bool is_cut = false;       ///< closes in the middle of the body
    bool is_trickled = false;  ///< ten bytes at a time
  };
  using Behaviour = std::function<Answer(const Request&)>;

  explicit ApiPeer(Behaviour behaviour) : behaviour_(std::move(behaviour)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        ::listen(listener_, 16) != 0) {
      throw std::runtime_error("no port is free");
    }
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](std::stop_token stop) { serve(stop); });
  }
  ~ApiPeer() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
  }
  ApiPeer(const ApiPeer&) = delete;
  ApiPeer& operator=(const ApiPeer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// Whoever changes what `behaviour` reads calls this before the peer may be asked again, and
  /// before the change: it orders the two threads.
  std::vector<Request> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }
  void forget_requests() {
    const std::scoped_lock lock(mutex_);
    requests_.clear();
  }

 private:
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 10) <= 0) {
        continue;
      }
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const timeval patience{5, 0};
      ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      Request request;
      if (fd >= 0 && read(fd, request)) {
        Answer answer;
        {
          const std::scoped_lock lock(mutex_);
          requests_.push_back(request);
          answer = behaviour_(request);
        }
        write(fd, answer);
      }
      ::close(fd);
    }
  }

  static bool read(int fd, Request& request) {
    std::string all;
    std::size_t head = std::string::npos, wanted = 0;
    for (char buffer[4096]; head == std::string::npos || all.size() < wanted;) {
      const ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
      if (count <= 0) {
        return false;
      }
      all.append(buffer, static_cast<std::size_t>(count));
      if (head == std::string::npos && (head = all.find("\r\n\r\n")) != std::string::npos) {
        understand(all.substr(0, head), request);
        const auto length = request.headers.find("content-length");
        wanted = head + 4 + (length == request.headers.end() ? 0 : std::stoul(length->second));
      }
    }
    request.body = all.substr(head + 4);
    return true;
  }

  static void understand(const std::string& head, Request& request) {
    const std::size_t first = head.find(' ');
    const std::size_t second = head.find(' ', first + 1);
    request.method = head.substr(0, first);
    const std::string target = head.substr(first + 1, second - first - 1);
    const std::size_t question = std::min(target.find('?'), target.size());
    request.path = target.substr(0, question);
    request.query = target.substr(std::min(question + 1, target.size()));
    for (std::size_t at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at)) {
      at += 2;
      const std::size_t colon = head.find(": ", at);
      const std::size_t end = std::min(head.find("\r\n", at), head.size());
      std::string name = head.substr(at, colon - at);
      for (char& c : name) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      }
      request.headers[name] = head.substr(colon + 2, end - colon - 2);
    }
  }

  static void write(int fd, const Answer& answer) {
    std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " It\r\nConnection: close\r\n";
    for (const std::string& header : answer.headers) {
      head += header + "\r\n";
    }
    head +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(answer.body.size()) +
        "\r\n\r\n";
    const std::string body =
        answer.is_cut ? answer.body.substr(0, answer.body.size() / 2) : answer.body;
    send(fd, head);
    const std::size_t step = answer.is_trickled ? 10 : body.size() + 1;
    for (std::size_t at = 0; at < body.size(); at += step) {
      send(fd, body.substr(at, step));
      if (answer.is_trickled) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
    }
  }
  static void send(int fd, const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t count = ::send(fd, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (count <= 0) {
        return;
      }
      at += static_cast<std::size_t>(count);
    }
  }

  Behaviour behaviour_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::jthread thread_;
};

}  // namespace vigie
