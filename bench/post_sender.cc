// Posts that nobody saw before, as many and as long as is asked for, into a pipe or signed to a
// webhook: what bench/sustained and bench/store_scale feed a real engine with. Says on stderr what
// became of them and what sending cost.
#include <arpa/inet.h>
#include <openssl/hmac.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench/corpus.h"

namespace {

using namespace vigie;
using Clock = std::chrono::steady_clock;

struct Options {
  double seconds = 0;
  std::uint64_t posts = 0, first = 0, seed = 1;
  std::size_t batch = 256, connections = 4;
  std::uint64_t per_second = 0;  ///< 0: as fast as they are taken
  std::chrono::milliseconds spacing{7};
  std::chrono::seconds from = kCorpusBegins;
  std::uint16_t port = 0;  ///< 0: standard output
  std::string path = "/hooks/hook", secret_file;
};

void write_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(to, bytes.data(), bytes.size());
    if (written <= 0) {
      throw std::runtime_error("the receiver went away");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// One kept connection.
class Webhook {
 public:
  Webhook(const Options& options, std::string secret)
      : options_(options), secret_(std::move(secret)), socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("nobody listens");
    }
  }
  Webhook(const Webhook&) = delete;
  Webhook& operator=(const Webhook&) = delete;
  ~Webhook() { close(socket_); }

  /// The answer's status.
  int push(const std::string& body) {
    const std::string at = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(
                                              std::chrono::system_clock::now().time_since_epoch())
                                              .count());
    request_ = "POST " + options_.path +
               " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n" +
               "X-Vigie-Signature: t=" + at + ",v1=" + mac(at, body) +
               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    write_all(socket_, request_);
    write_all(socket_, body);
    return read_status();
  }

 private:
  /// HMAC-SHA256 of "time.body" in hexadecimal (connectors/README.md).
  std::string mac(const std::string& at, const std::string& body) {
    signed_.assign(at).append(".").append(body);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
         reinterpret_cast<const unsigned char*>(signed_.data()), signed_.size(), digest, &size);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
      constexpr const char* kDigits = "0123456789abcdef";
      hex += kDigits[digest[i] >> 4];
      hex += kDigits[digest[i] & 15];
    }
    return hex;
  }

  int read_status() {
    std::string answer;
    char buffer[4096];
    for (std::size_t end = std::string::npos, length = 0;;) {
      const ssize_t got = recv(socket_, buffer, sizeof buffer, 0);
      if (got <= 0) {
        throw std::runtime_error("the engine closed the connection");
      }
      answer.append(buffer, static_cast<std::size_t>(got));
      end = answer.find("\r\n\r\n");
      if (end == std::string::npos) {
        continue;
      }
      const std::size_t field = answer.find("Content-Length: ");
      length = field < end ? std::stoul(answer.substr(field + 16)) : 0;
      if (answer.size() >= end + 4 + length) {
        return std::stoi(answer.substr(9, 3));
      }
    }
  }

  const Options& options_;
  std::string secret_, request_, signed_;
  int socket_;
};

class Sender {
 public:
  explicit Sender(const Options& options)
      : options_(options),
        corpus_(read_texts(), options.seed, options.from, options.spacing),
        start_(Clock::now()) {}

  void run() {
    if (options_.port == 0) {
      std::string body;
      while (next(body)) {
        write_all(STDOUT_FILENO, body);
        taken_ += options_.batch;
      }
    } else {
      std::ifstream file(options_.secret_file);
      const std::string secret{std::istreambuf_iterator<char>(file), {}};
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < options_.connections; ++i) {
        threads.emplace_back([this, &secret] { push_all(secret); });
      }
    }
    report();
  }

 private:
  /// False when enough were sent.
  bool next(std::string& body) {
    const std::uint64_t batch = batches_++;
    const std::uint64_t first = batch * options_.batch;
    const auto since = std::chrono::duration<double>(Clock::now() - start_).count();
    if ((options_.posts != 0 && first >= options_.posts) ||
        (options_.seconds > 0 && since >= options_.seconds)) {
      return false;
    }
    body = corpus_.envelope(options_.first + first, options_.batch);
    if (options_.per_second != 0) {
      std::this_thread::sleep_until(
          start_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(
                       static_cast<double>(first) / static_cast<double>(options_.per_second))));
    }
    return true;
  }

  /// What is refused for now is sent again until it is taken.
  void push_all(const std::string& secret) try {
    Webhook webhook(options_, secret);
    std::string body;
    while (next(body)) {
      auto begun = Clock::now();
      for (int status = 0; (status = webhook.push(body)) != 202; begun = Clock::now()) {
        if (status != 429) {
          throw std::runtime_error("the engine answered " + std::to_string(status));
        }
        ++refused_;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      taken_ += options_.batch;
      const std::scoped_lock lock(mutex_);
      waits_.push_back(std::chrono::duration<float>(Clock::now() - begun).count());
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::_Exit(1);
  }

  void report() {
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto cpu = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    std::ranges::sort(waits_);
    const auto quantile = [this](double share) {
      return waits_.empty()
                 ? 0.0F
                 : waits_[static_cast<std::size_t>(share * static_cast<double>(waits_.size() - 1))];
    };
    std::fprintf(
        stderr,
        "{\"posts\": %llu, \"seconds\": %.3f, \"refused\": %llu, \"cpu_s\": %.3f, \"p50_s\": %.4f, "
        "\"p99_s\": %.4f, \"p999_s\": %.4f, \"max_s\": %.4f}\n",
        static_cast<unsigned long long>(taken_), seconds, static_cast<unsigned long long>(refused_),
        cpu(usage.ru_utime) + cpu(usage.ru_stime), static_cast<double>(quantile(0.5)),
        static_cast<double>(quantile(0.99)), static_cast<double>(quantile(0.999)),
        static_cast<double>(quantile(1)));
  }

  const Options& options_;
  const Corpus corpus_;
  const Clock::time_point start_;
  std::atomic<std::uint64_t> batches_ = 0, taken_ = 0, refused_ = 0;
  std::mutex mutex_;
  std::vector<float> waits_;  ///< seconds from a body's push to its 202
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  std::uint64_t spacing_ms = 7, from = static_cast<std::uint64_t>(options.from.count());
  CLI::App app("Fresh posts into a pipe or to a webhook.");
  app.add_option("--seconds", options.seconds, "until then");
  app.add_option("--posts", options.posts, "so many");
  app.add_option("--first", options.first, "number of the first");
  app.add_option("--seed", options.seed)->capture_default_str();
  app.add_option("--batch", options.batch, "posts a body")->capture_default_str();
  app.add_option("--per-second", options.per_second, "at most");
  app.add_option("--spacing-ms", spacing_ms, "between the dates of two posts")
      ->capture_default_str();
  app.add_option("--from", from, "the first one's date, seconds since 1970")->capture_default_str();
  app.add_option("--port", options.port, "a webhook's instead of standard output");
  app.add_option("--path", options.path)->capture_default_str();
  app.add_option("--secret-file", options.secret_file);
  app.add_option("--connections", options.connections)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  options.from = std::chrono::seconds(from);
  options.spacing = std::chrono::milliseconds(spacing_ms);
  try {
    Sender(options).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
