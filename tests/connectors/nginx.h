#pragma once

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "tests/temp_folder.h"

namespace vigie {

/// A real nginx on a free port of this machine, with its files in a folder of its own, gone with
/// it.
class Nginx {
 public:
  static bool installed() { return ::access(kBinary, X_OK) == 0; }

  /// `locations` goes into the server block; files are served from `www` in folder(). PORT,
  /// TLS_PORT and FOLDER are replaced.
  explicit Nginx(std::string locations, bool tls = false)
      : port_(free_port()), tls_port_(free_port(port_)) {
    std::filesystem::create_directory(folder_.path() / "www");
    std::string config = "worker_processes 1;\nerror_log FOLDER/error.log;\npid FOLDER/pid;\n";
    config += ::geteuid() == 0 ? "user root;\n" : "";
    config += R"(
events { worker_connections 256; }
http {
  default_type application/rss+xml;
  log_format told '$request_uri|$status|$http_if_none_match|$http_if_modified_since|$http_user_agent|$http_authorization|$server_protocol';
  access_log FOLDER/access.log told;
  client_body_temp_path FOLDER/b; proxy_temp_path FOLDER/p; fastcgi_temp_path FOLDER/f;
  uwsgi_temp_path FOLDER/u; scgi_temp_path FOLDER/s;
  server {
    listen 127.0.0.1:PORT;
)";
    config += tls ? "listen 127.0.0.1:TLS_PORT ssl http2;\n" + certificate() : std::string();
    config += "location = /flush { access_log off; return 204; }\nroot FOLDER/www;\n" + locations +
              "\n}\n}\n";
    replace(config, "TLS_PORT", std::to_string(tls_port_));
    replace(config, "PORT", std::to_string(port_));
    replace(config, "FOLDER", folder_.path().string());
    const std::string path = folder_.write("nginx.conf", config);
    start(path);
  }
  ~Nginx() {
    if (process_ > 0) {
      ::kill(process_, SIGTERM);
      ::waitpid(process_, nullptr, 0);
    }
  }
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  const TempFolder& folder() const { return folder_; }
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::string tls_url(const std::string& path) const {
    return "https://localhost:" + std::to_string(tls_port_) + path;
  }
  std::string ca_file() const { return (folder_.path() / "cert.pem").string(); }
  void serve(const std::string& name, const std::string& content) const {
    folder_.write("www/" + name, content);
  }
  /// One line per request answered so far:
  /// uri|status|If-None-Match|If-Modified-Since|User-Agent|Authorization|protocol.
  /// nginx logs a request only after its answer has left; once its one worker has answered a later
  /// request, the line of every earlier one is there.
  std::string access_log() const {
    const int fd = connected();
    const std::string_view ask = "GET /flush HTTP/1.0\r\n\r\n";
    char answer[512];
    const bool answered = ::send(fd, ask.data(), ask.size(), MSG_NOSIGNAL) > 0 &&
                          ::recv(fd, answer, sizeof answer, 0) > 0;
    ::close(fd);
    if (!answered) {
      throw std::runtime_error("nginx does not answer: " + content_of("error.log"));
    }
    return content_of("access.log");
  }

 private:
  static constexpr const char* kBinary = "/usr/sbin/nginx";

  std::string content_of(const std::string& name) const {
    std::ostringstream all;
    all << std::ifstream(folder_.path() / name).rdbuf();
    return all.str();
  }
  static std::uint16_t free_port(std::uint16_t other_than = 0) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(fd, reinterpret_cast<sockaddr*>(&address), length);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    const std::uint16_t port = ntohs(address.sin_port);
    const std::uint16_t chosen = port != other_than ? port : free_port(other_than);
    ::close(fd);  // held until now: the same one is not given twice
    return chosen;
  }
  static void replace(std::string& text, const std::string& what, const std::string& by) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
      text.replace(at, what.size(), by);
    }
  }
  /// A certificate for localhost that only who is told to trusts.
  std::string certificate() const {
    const std::string base = folder_.path().string();
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout " +
        base + "/key.pem -out " + base + "/cert.pem 2>/dev/null";
    if (std::system(make.c_str()) != 0) {
      throw std::runtime_error("openssl makes no certificate");
    }
    return "ssl_certificate FOLDER/cert.pem;\nssl_certificate_key FOLDER/key.pem;\n";
  }
  void start(const std::string& config) {
    const std::string said = (folder_.path() / "said").string();
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // even when a test is killed
      const int out = ::open(said.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
      ::dup2(out, STDOUT_FILENO);
      ::dup2(out, STDERR_FILENO);
      const std::string folder = folder_.path().string();
      ::execl(kBinary, kBinary, "-p", folder.c_str(), "-c", config.c_str(), "-g", "daemon off;",
              nullptr);
      ::_exit(127);
    }
    for (int tries = 0; tries < 1000; ++tries) {
      if (const int fd = connected(); fd >= 0) {
        ::close(fd);
        return;
      }
      if (::waitpid(process_, nullptr, WNOHANG) != 0) {
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("nginx does not start: " + content_of("said"));
  }
  /// A connection to it, -1 if it does not listen.
  int connected() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      return fd;
    }
    ::close(fd);
    return -1;
  }

  TempFolder folder_;
  std::uint16_t port_, tls_port_;
  pid_t process_ = -1;
};

}  // namespace vigie
