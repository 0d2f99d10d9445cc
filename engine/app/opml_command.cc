#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <set>
#include <string>

#include "connectors/url.h"
#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/config.h"
#include "engine/core/json_writer.h"
#include "engine/parse/opml.h"
#include "engine/parse/text_folder.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxIdBytes = 40;

std::optional<std::string> read_all(const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
  }
  std::istream& stream = path == "-" ? std::cin : file;
  std::string bytes(std::istreambuf_iterator<char>(stream), {});
  const bool is_read = !stream.bad() && (path == "-" || file.is_open());
  return is_read ? std::optional<std::string>(std::move(bytes)) : std::nullopt;
}

/// "Le Courrier du Val : à la une" → "le-courrier-du-val-a-la-une"
std::string words_joined(std::string_view text) {
  std::string id;
  for (const std::string& word : TextFolder::fold_phrase(text)) {
    std::string letters;
    std::ranges::copy_if(word, std::back_inserter(letters),
                         [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
    id += (id.empty() || letters.empty() ? "" : "-") + letters;
  }
  return id;
}

/// Names feeds as a configuration wants it: each id once.
class Namer {
 public:
  explicit Namer(std::set<std::string> taken) : taken_(std::move(taken)) {}

  std::string id_of(const OpmlFeed& feed) {
    std::string wanted = words_joined(feed.title);
    if (wanted.empty()) {
      const std::string site = site_of(feed.address);
      wanted = words_joined(site.substr(std::min(site.find("://") + 3, site.size())));
    }
    wanted = wanted.empty() ? "feed" : wanted;
    std::string id = cut(wanted, kMaxIdBytes);
    for (int number = 2; !taken_.insert(id).second; ++number) {
      const std::string suffix = "-" + std::to_string(number);
      id = cut(wanted, kMaxIdBytes - suffix.size()) + suffix;
    }
    return id;
  }

 private:
  static std::string cut(const std::string& id, std::size_t length) {
    std::string short_id = id.substr(0, length);
    while (short_id.ends_with('-')) {
      short_id.pop_back();
    }
    return short_id;
  }

  std::set<std::string> taken_;
};

void print(const OpmlFeed& feed, const std::string& id) {
  const std::string about =
      feed.folder + (feed.folder.empty() || feed.title.empty() ? "" : " / ") + feed.title;
  std::string url;
  append_json_string(feed.address, url);  // JSON's strings are YAML's
  std::printf("%s%s%s  - id: %s\n    type: feed\n    url: %s\n", about.empty() ? "" : "  # ",
              about.c_str(), about.empty() ? "" : "\n", id.c_str(), url.c_str());
}

}  // namespace

int connectors_import_opml(const OpmlOptions& options) {
  std::set<std::string> ids, addresses;
  if (!options.config.empty()) {
    std::vector<Problem> problems;
    const auto config = read_config(options.config, problems);
    if (!config) {
      return usage(problems);
    }
    for (const ConnectorConfig& connector : config->connectors) {
      ids.insert(connector.id);
      addresses.insert(connector.settings.text("url", problems, ""));
    }
  }
  const std::optional<std::string> bytes = read_all(options.file);
  if (!bytes) {
    return usage(options.file + " cannot be read");
  }
  const Result<OpmlList> list = read_opml(*bytes);
  if (!list) {
    std::fprintf(stderr, "vigie: %s: %s\n", options.file.c_str(), list.error().text.c_str());
    return kInputHadProblems;
  }
  Namer namer(std::move(ids));
  std::size_t added = 0;
  for (const OpmlFeed& feed : list->feeds) {
    if (!addresses.contains(feed.address)) {
      print(feed, namer.id_of(feed));
      ++added;
    }
  }
  for (const std::string& problem : list->problems) {
    std::fprintf(stderr, "vigie: %s: %s\n", options.file.c_str(), problem.c_str());
  }
  std::fprintf(stderr, "vigie: %zu feeds to add below `connectors:`, %zu there already\n", added,
               list->feeds.size() - added);
  return list->problems.empty() ? kOk : kInputHadProblems;
}

}  // namespace vigie
