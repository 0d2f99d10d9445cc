// What bench/peers gives to everybody: the same posts, and the same rules in the shapes that each
// of them reads.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include "bench/corpus.h"
#include "bench/match_rules.h"
#include "engine/core/json_writer.h"

namespace {

using namespace vigie;

std::ofstream open(const std::filesystem::path& path) {
  std::ofstream file(path, std::ios::binary);
  file.exceptions(std::ios::badbit | std::ios::failbit);
  return file;
}

void write_posts(const Corpus& corpus, std::size_t posts, const std::filesystem::path& path) {
  std::ofstream file = open(path);
  constexpr std::size_t kAtOnce = 1'000;
  for (std::size_t first = 0; first < posts; first += kAtOnce) {
    file << corpus.envelope(first, std::min(kAtOnce, posts - first));
  }
}

/// One rule a line: what a program that is given the folded text needs.
void write_rules(const MatchRules& made, const std::string& town,
                 const std::filesystem::path& path) {
  std::ofstream file = open(path);
  for (std::size_t i = 0; i < made.written.size(); ++i) {
    const MatchRules::Written& one = made.written[i];
    std::string line;
    JsonWriter json(line);
    json.begin_object().key("id").value("r" + std::to_string(i));
    json.key("expression").value(in_town(one.expression, town));
    json.key("is_literal").value(one.is_literal).key("literals").begin_array();
    for (const std::string& literal : one.literals) {
      json.value(in_town(literal, town));
    }
    json.end_array().end_object().line();
    file << line;
  }
}

/// The pack as a town writes it: of topics, or of what it keeps.
void write_pack(const MatchRules& made, bool watches, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::ofstream file = open(folder / "bench.yaml");
  file << "title: Bench\nneeds: [commune]\nrules:\n";
  for (std::size_t i = 0; i < made.written.size(); ++i) {
    file << "  - {id: r" << i << (watches ? ", watch: true" : ", topic: t" + std::to_string(i % 50))
         << ", query: '" << made.written[i].query << "'}\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t posts = 200'000, rules = 1'000;
  std::uint64_t seed = 1;
  std::string folder;
  CLI::App app("Posts and rules for Vigie and its peers.");
  app.add_option("--posts", posts)->capture_default_str();
  app.add_option("--rules", rules)->capture_default_str();
  app.add_option("--seed", seed)->capture_default_str();
  app.add_option("--folder", folder)->required();
  CLI11_PARSE(app, argc, argv);
  try {
    const Corpus corpus(read_texts(), seed);
    const MatchRules made = make_match_rules(rules, 1, corpus);
    const std::filesystem::path to = folder;
    write_pack(made, false, to / "rules" / "packs");
    write_pack(made, true, to / "watching_rules" / "packs");
    write_posts(corpus, posts, to / "posts.ndjson");
    write_rules(made, made.tenants.front().id, to / "rules.ndjson");
    std::printf("%s\n", made.tenants.front().id.c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
