#include "bench/corpus.h"

#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <simdjson.h>

#include "engine/core/json_writer.h"
#include "engine/core/time.h"

namespace vigie {
namespace {

constexpr std::size_t kMostTexts = 100'000;
constexpr std::size_t kPostBytes = 900;

/// splitmix64: one number's well-mixed bits.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// The place of the space nearest behind the middle; the whole text if there is none.
std::size_t middle(std::string_view text) {
  return std::min(text.find(' ', text.size() / 2), text.size());
}

std::string read_whole(const std::string& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) {
    throw std::runtime_error(path + " cannot be read");
  }
  std::string all;
  char buffer[1 << 16];
  for (int got; (got = gzread(file.get(), buffer, sizeof buffer)) > 0;) {
    all.append(buffer, static_cast<std::size_t>(got));
  }
  return all;
}

}  // namespace

std::vector<std::string> read_texts() {
  const char* named = std::getenv("VIGIE_POSTS");
  const std::string path =
      named != nullptr ? named : VIGIE_SOURCE_DIR "/deploy/town/mentions.ndjson";
  const std::string all = read_whole(path);
  std::vector<std::string> texts;
  simdjson::dom::parser parser;
  for (std::size_t start = 0; start < all.size() && texts.size() < kMostTexts;) {
    const std::size_t end = std::min(all.find('\n', start), all.size());
    std::string_view text;
    if (parser.parse(all.data() + start, end - start)["text"].get(text) == simdjson::SUCCESS &&
        text.size() > 20) {
      texts.emplace_back(text);
    }
    start = end + 1;
  }
  if (texts.size() < 2) {
    throw std::runtime_error(path + " holds no texts");
  }
  return texts;
}

std::string Corpus::text(std::uint64_t number) const {
  const std::uint64_t bits = mix(seed_ ^ number);
  const std::string& head = texts_[(bits >> 32) % texts_.size()];
  const std::string& tail = texts_[(bits & 0xffffffff) % texts_.size()];
  return head.substr(0, middle(head)) + tail.substr(std::min(middle(tail), tail.size()));
}

void Corpus::append_post(std::uint64_t number, std::string& out) const {
  const std::uint64_t bits = mix(~seed_ ^ number);
  const std::string id = std::to_string(1'400'000'000'000'000'000 + number);
  const std::string author = std::to_string(bits % 200'003);
  const std::size_t start = out.size();
  JsonWriter json(out);
  json.begin_object().key("id").value(id).key("source").value("bench").key("kind").value("post");
  json.key("created_at").value(format_time(Time(from_ + spacing_ * number)));
  json.key("author").begin_object().key("id").value(author).key("name").value("Nom " + author);
  json.key("followers").value(bits % 5'000).end_object();
  json.key("text").value(text(number)).key("lang").value("fr");
  json.key("url").value("https://example.org/bench/" + id);
  json.key("engagement")
      .begin_object()
      .key("likes")
      .value(bits % 90)
      .key("reposts")
      .value(bits % 9);
  json.key("replies").value(bits % 7).end_object();
  json.key("client").begin_object().key("name").value("Application").key("build").value(id);
  json.key("ballast").value(std::string(
      std::max<std::size_t>(kPostBytes, out.size() - start + 30) - (out.size() - start) - 15, 'x'));
  json.end_object().end_object().line();
}

std::string Corpus::envelope(std::uint64_t first, std::size_t count) const {
  std::string posts;
  posts.reserve(count * (kPostBytes + 100));
  for (std::size_t i = 0; i < count; ++i) {
    append_post(first + i, posts);
  }
  return posts;
}

}  // namespace vigie
