#include "bench/limit.h"

#include <fcntl.h>
#include <lz4.h>
#include <netinet/in.h>
#include <openssl/hmac.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <simdjson.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <stdexcept>
#include <vector>

#include "bench/limit_words.h"
#include "bench/plain_reader.h"

namespace vigie {
namespace {

constexpr std::size_t kPostsPerPack = 32, kRules = 1'000, kTextsAtOnce = 10'000,
                      kMostTexts = 1'000'000, kReadBytes = 256 << 10,
                      kLogHead = sizeof(std::uint64_t);
constexpr int kReadTries = 5;

/// Keeps the compiler from leaving out work whose result nobody looks at.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

void append_number(std::uint64_t number, std::string& out) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(number >> shift));
  }
}

/// What must be kept of a post at least: its words, where it is, who, when, and 60 bytes of
/// verdict.
void append_record(const Post& post, std::string& pack) {
  for (const std::string_view part : {post.id, post.source, post.text, post.url}) {
    pack.push_back(static_cast<char>(part.size()));
    pack.push_back(static_cast<char>(part.size() >> 8));
    pack += part;
  }
  for (int i = 0; i < 60; ++i) {
    pack.push_back(static_cast<char>(std::hash<std::string_view>()(post.id) >> (i % 8 * 8)));
  }
}

std::unique_ptr<rocksdb::DB> open(const std::string& folder) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kZSTD;
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.write_buffer_size = 32 << 20;
  options.max_background_jobs = 2;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, folder, &db);
  if (!status.ok()) {
    throw std::runtime_error(status.ToString());
  }
  return std::unique_ptr<rocksdb::DB>(db);
}

void must(const rocksdb::Status& status) {
  if (!status.ok()) {
    throw std::runtime_error(status.ToString());
  }
}

/// Calls `sync` every 50 ms and at the end.
template <class Write, class Sync>
void write_all(std::size_t count, Write&& write, Sync&& sync) {
  auto synced = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    write(i);
    const auto now = std::chrono::steady_clock::now();
    if (now - synced > std::chrono::milliseconds(50)) {
      sync();
      synced = now;
    }
  }
  sync();
}

void store(const std::vector<std::string>& packs, std::size_t count, rocksdb::DB& db) {
  std::string key;
  write_all(
      count,
      [&](std::size_t i) {
        key.clear();
        append_number(i, key);
        rocksdb::WriteBatch batch;
        must(batch.Put(key, packs[i % packs.size()]));
        must(db.Write(rocksdb::WriteOptions(), &batch));
      },
      [&] { must(db.SyncWAL()); });
}

/// Each pack compressed by itself, behind its size and CRC.
void store_in_log(const std::vector<std::string>& packs, std::size_t count,
                  const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  file.exceptions(std::ios::badbit | std::ios::failbit);
  const int synced = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (synced < 0) {
    throw std::runtime_error("no file for the reference's log");
  }
  std::string out;
  write_all(
      count,
      [&](std::size_t i) {
        const std::string& pack = packs[i % packs.size()];
        out.resize(kLogHead +
                   static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(pack.size()))));
        const int size =
            LZ4_compress_default(pack.data(), out.data() + kLogHead, static_cast<int>(pack.size()),
                                 static_cast<int>(out.size() - kLogHead));
        out.resize(kLogHead + static_cast<std::size_t>(size));
        const std::uint64_t head = static_cast<std::uint64_t>(size) << 32 |
                                   crc32(0, reinterpret_cast<const Bytef*>(out.data() + kLogHead),
                                         static_cast<uInt>(size));
        std::memcpy(out.data(), &head, kLogHead);
        file.write(out.data(), static_cast<std::streamsize>(out.size()));
      },
      [&] {
        file.flush();
        if (fdatasync(synced) != 0) {
          throw std::runtime_error("the reference's log cannot be synced");
        }
      });
  close(synced);
}

/// CPU seconds of reading `from` to its end, which `write` fills through `into` in a process of its
/// own.
template <class Write>
double read_all(int from, int into, Write&& write) {
  const pid_t writer = fork();
  if (writer < 0) {
    throw std::runtime_error("no process for the reference's sender");
  }
  if (writer == 0) {
    close(from);
    write(into);
    _exit(0);
  }
  close(into);
  std::string buffer(kReadBytes, '\0');
  const double start = cpu_seconds();
  for (ssize_t got; (got = ::read(from, buffer.data(), buffer.size())) > 0;) {
    keep(got);
  }
  const double spent = cpu_seconds() - start;
  close(from);
  waitpid(writer, nullptr, 0);
  return spent;
}

/// CPU seconds that taking the bytes from where they come costs, sender apart. How the two take
/// turns makes it three times as much or not: the least of some tries counts.
double read_cost(ReadWay way, std::span<const std::string_view> envelopes) {
  const auto send_all = [envelopes](int into) {
    for (const std::string_view envelope : envelopes) {
      for (std::size_t sent = 0; sent < envelope.size();) {
        const ssize_t n = ::write(into, envelope.data() + sent, envelope.size() - sent);
        if (n <= 0) {
          _exit(1);
        }
        sent += static_cast<std::size_t>(n);
      }
    }
  };
  int ends[2] = {-1, -1};
  switch (way) {
    case ReadWay::kMemory:
      return 0;
    case ReadWay::kPipe:
      if (pipe(ends) != 0) {
        throw std::runtime_error("no pipe");
      }
      return read_all(ends[0], ends[1], send_all);
    case ReadWay::kSocket: {
      const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      socklen_t size = sizeof address;
      ends[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      auto* generic = reinterpret_cast<sockaddr*>(&address);
      if (bind(listener, generic, size) != 0 || listen(listener, 1) != 0 ||
          getsockname(listener, generic, &size) != 0 || connect(ends[1], generic, size) != 0) {
        throw std::runtime_error("no socket");
      }
      ends[0] = accept(listener, nullptr, nullptr);
      close(listener);
      return read_all(ends[0], ends[1], send_all);
    }
  }
  return 0;
}

void sign(std::span<const std::string_view> envelopes) {
  constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
  for (const std::string_view envelope : envelopes) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    keep(HMAC(EVP_sha256(), kSecret.data(), static_cast<int>(kSecret.size()),
              reinterpret_cast<const unsigned char*>(envelope.data()), envelope.size(), digest,
              nullptr));
  }
}

}  // namespace

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Limit measure_limit(std::span<const std::string_view> envelopes, std::size_t posts,
                    std::size_t stored, const std::string& folder, ReadWay way,
                    StoreLayout layout) {
  Limit limit;
  simdjson::ondemand::parser parser;
  const auto each = [](double since, std::size_t count) {
    return (cpu_seconds() - since) * 1e6 / static_cast<double>(count);
  };

  limit.read_us = std::numeric_limits<double>::max();
  for (int i = 0; i < kReadTries; ++i) {
    limit.read_us =
        std::min(limit.read_us, read_cost(way, envelopes) * 1e6 / static_cast<double>(posts));
  }

  double start = cpu_seconds();
  if (way == ReadWay::kSocket) {
    sign(envelopes);
    limit.sign_us = each(start, posts);
  }

  start = cpu_seconds();
  for (const std::string_view envelope : envelopes) {
    read_posts(envelope, parser, [](const Post& post) { keep(post); });
  }
  limit.parse_us = each(start, posts);

  std::vector<std::string> texts, packs;
  std::size_t in_pack = kPostsPerPack;
  for (const std::string_view envelope : envelopes) {
    if (texts.size() >= kMostTexts) {
      break;
    }
    read_posts(envelope, parser, [&](const Post& post) {
      texts.emplace_back(post.text);
      if (in_pack == kPostsPerPack) {
        packs.emplace_back();
        in_pack = 0;
      }
      append_record(post, packs.back());
      ++in_pack;
    });
  }

  const ReferenceFold fold;
  const ReferenceMatch match(texts, kRules, fold);
  const ReferenceClassify classify;
  std::string folded;
  std::vector<std::vector<std::uint64_t>> some(kTextsAtOnce);
  for (std::size_t first = 0; first < texts.size(); first += kTextsAtOnce) {
    const std::size_t last = std::min(first + kTextsAtOnce, texts.size());
    start = cpu_seconds();
    for (std::size_t i = first; i < last; ++i) {
      fold(texts[i], folded, some[i - first]);
    }
    limit.fold_us += each(start, texts.size());
    start = cpu_seconds();
    for (std::size_t i = first; i < last; ++i) {
      keep(match(some[i - first]));
    }
    limit.match_us += each(start, texts.size());
    start = cpu_seconds();
    for (std::size_t i = first; i < last; ++i) {
      keep(classify(some[i - first]));
    }
    limit.classify_us += each(start, texts.size());
  }

  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  {
    const std::unique_ptr<rocksdb::DB> db = layout == StoreLayout::kRocks ? open(folder) : nullptr;
    start = cpu_seconds();
    if (db) {
      store(packs, stored / kPostsPerPack, *db);
    } else {
      store_in_log(packs, stored / kPostsPerPack, folder + "/log");
    }
    limit.store_us = each(start, stored);
  }
  std::filesystem::remove_all(folder);
  return limit;
}

}  // namespace vigie
