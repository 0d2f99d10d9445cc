#include "bench/limit.h"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <simdjson.h>
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace vigie {
namespace {

constexpr std::size_t kPostsPerPack = 32;

/// Keeps the compiler from leaving out work whose result nobody looks at.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

struct Post {
  std::string_view id, source, text, created_at, author, name, url;
};

/// The plain loop of simdjson's documentation. Calls `visit(post)` for each line.
template <class Visit>
void read_posts(const std::string& envelope, simdjson::ondemand::parser& parser, Visit&& visit) {
  simdjson::ondemand::document_stream documents;
  if (parser.iterate_many(envelope.data(), envelope.size(), 1 << 20).get(documents) !=
      simdjson::SUCCESS) {
    throw std::runtime_error("the reference cannot read the posts");
  }
  for (auto document : documents) {
    Post post;
    for (auto field : document.get_object()) {
      const std::string_view key = field.unescaped_key();
      if (key == "id") {
        post.id = field.value().get_string();
      } else if (key == "source") {
        post.source = field.value().get_string();
      } else if (key == "text") {
        post.text = field.value().get_string();
      } else if (key == "created_at") {
        post.created_at = field.value().get_string();
      } else if (key == "url") {
        post.url = field.value().get_string();
      } else if (key == "author") {
        for (auto part : field.value().get_object()) {
          const std::string_view name = part.unescaped_key();
          if (name == "id") {
            post.author = part.value().get_string();
          } else if (name == "name") {
            post.name = part.value().get_string();
          }
        }
      }
    }
    visit(post);
  }
}

/// What each byte of a two-byte Latin letter (C3 xx) folds to.
std::array<char, 64> latin_table() {
  std::array<char, 64> table{};
  const std::string_view letters = "aaaaaaaceeeeiiiidnooooo*ouuuuyts";
  for (std::size_t i = 0; i < 64; ++i) {
    table[i] = letters[i % 32];
  }
  return table;
}

/// Folds case and accents and hashes each word (FNV-1a), one byte after the other.
std::uint64_t fold(std::string_view text, const std::array<char, 64>& latin, std::string& folded) {
  folded.clear();
  std::uint64_t hash = 14695981039346656037U, all = 0;
  bool in_word = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    char out = ' ';
    if (byte >= 'A' && byte <= 'Z') {
      out = static_cast<char>(byte + 32);
    } else if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9')) {
      out = static_cast<char>(byte);
    } else if (byte == 0xC3 && i + 1 < text.size()) {
      out = latin[static_cast<unsigned char>(text[++i]) & 63];
    } else if (byte >= 0x80) {
      out = static_cast<char>(byte);
    }
    folded.push_back(out);
    if (out != ' ') {
      hash = (hash ^ static_cast<unsigned char>(out)) * 1099511628211U;
      in_word = true;
    } else if (in_word) {
      all ^= hash;
      hash = 14695981039346656037U;
      in_word = false;
    }
  }
  return all ^ hash;
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

void store(const std::vector<std::string>& packs, rocksdb::DB& db) {
  auto synced = std::chrono::steady_clock::now();
  std::string key;
  for (std::size_t i = 0; i < packs.size(); ++i) {
    key.clear();
    append_number(i, key);
    rocksdb::WriteBatch batch;
    must(batch.Put(key, packs[i]));
    must(db.Write(rocksdb::WriteOptions(), &batch));
    const auto now = std::chrono::steady_clock::now();
    if (now - synced > std::chrono::milliseconds(50)) {
      must(db.SyncWAL());
      synced = now;
    }
  }
  must(db.SyncWAL());
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

Limit measure_limit(const std::vector<std::string>& envelopes, std::size_t posts,
                    const std::string& folder) {
  Limit limit;
  simdjson::ondemand::parser parser;
  const auto per_post = [&](double since) {
    return (cpu_seconds() - since) * 1e6 / static_cast<double>(posts);
  };

  double start = cpu_seconds();
  for (const std::string& envelope : envelopes) {
    read_posts(envelope, parser, [](const Post& post) { keep(post); });
  }
  limit.parse_us = per_post(start);

  std::vector<std::string> texts, packs;
  texts.reserve(posts);
  std::size_t in_pack = kPostsPerPack;
  for (const std::string& envelope : envelopes) {
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

  const std::array<char, 64> latin = latin_table();
  std::string folded;
  start = cpu_seconds();
  for (const std::string& text : texts) {
    keep(fold(text, latin, folded));
  }
  limit.fold_us = per_post(start);

  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  {
    const std::unique_ptr<rocksdb::DB> db = open(folder);
    start = cpu_seconds();
    store(packs, *db);
    limit.store_us = per_post(start);
  }
  std::filesystem::remove_all(folder);
  return limit;
}

}  // namespace vigie
