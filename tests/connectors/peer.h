#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "engine/core/json_writer.h"
#include "tests/temp_folder.h"

namespace vigie {

/// A source's server on a free port of this machine: a process of its own that knows the protocol
/// from the source's pages (tests/connectors/peers/), gone with this.
class Peer {
 public:
  explicit Peer(const std::string& name, bool tls = false) : tls_(tls) {
    std::vector<std::string> command{"python3", "-B", peers_folder() + name + ".py"};
    if (tls) {
      const std::string make =
          "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
          "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout " +
          key_file() + " -out " + ca_file() + " 2>/dev/null";
      if (std::system(make.c_str()) != 0) {
        throw std::runtime_error("openssl makes no certificate");
      }
      command.insert(command.end(), {"--tls", ca_file(), key_file()});
    }
    start(command);
  }
  /// Any other program that speaks as those do.
  explicit Peer(const std::vector<std::string>& command) : tls_(false) { start(command); }
  ~Peer() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    std::fclose(in_);
    ::close(out_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// Tells it to do something, with members of JSON (R"("status": 429)"); gives what it says.
  std::string tell(const std::string& what, const std::string& members = {}) {
    std::string line = R"({"do": ")" + what + '"' + (members.empty() ? "" : ", ") + members + "}\n";
    if (::write(out_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      throw std::runtime_error("the peer is gone");
    }
    return listen();
  }
  std::string url(const std::string& scheme, const std::string& path = {}) const {
    return scheme + (tls_ ? "s://localhost:" : "://127.0.0.1:") + port_ + path;
  }
  std::string ca_file() const { return (folder_.path() / "cert.pem").string(); }
  const TempFolder& folder() const { return folder_; }
  static std::string peers_folder() {
    return std::string(VIGIE_SOURCE_DIR) + "/tests/connectors/peers/";
  }

 private:
  std::string key_file() const { return (folder_.path() / "key.pem").string(); }

  void start(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& part : command) {
      arguments.push_back(const_cast<char*>(part.c_str()));
    }
    arguments.push_back(nullptr);
    int to_peer[2], from_peer[2];
    if (::pipe2(to_peer, O_CLOEXEC) != 0 || ::pipe2(from_peer, O_CLOEXEC) != 0) {
      throw std::runtime_error("no pipes");
    }
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // even when a test is killed
      ::dup2(to_peer[0], STDIN_FILENO);
      ::dup2(from_peer[1], STDOUT_FILENO);
      ::execvp(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(to_peer[0]);
    ::close(from_peer[1]);
    in_ = ::fdopen(from_peer[0], "r");
    out_ = to_peer[1];
    port_ = listen();  // {"port": N}
    port_ = port_.substr(port_.find(' ') + 1);
    port_.pop_back();
  }

  std::string listen() {
    std::string line;
    for (int c; (c = std::fgetc(in_)) != '\n'; line += static_cast<char>(c)) {
      if (c == EOF) {
        throw std::runtime_error("the peer has ended: " + line);
      }
    }
    return line;
  }

  TempFolder folder_;
  bool tls_;
  pid_t process_ = -1;
  std::FILE* in_ = nullptr;
  int out_ = -1;
  std::string port_;
};

inline std::string json_text(const std::string& text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

}  // namespace vigie
