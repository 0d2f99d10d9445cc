// vigie model words: how common each word is anyway, for telling what is new.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/core/private_file.h"
#include "engine/parse/text_folder.h"
#include "engine/trend/term_cutter.h"

namespace vigie {
namespace {

/// What stands in less texts is a name or a slip as often as a word.
constexpr std::uint64_t kLeastTexts = 5;

/// The stems of a text's words, each once.
std::set<std::string> stems_of(const std::string& text, TermCutter& cutter,
                               const TextFolder& folder, FoldedText& folded) {
  std::set<std::string> stems;
  folder.fold({}, text, folded);
  for (const Token& token : folded.tokens) {
    const std::string_view word = folded.word(token);
    if (TermCutter::is_countable(word, token.flags)) {
      stems.insert(cutter.stem(word));
    }
  }
  return stems;
}

/// In how many texts each stem stands.
struct Counted {
  std::uint64_t texts = 0;
  std::map<std::string, std::uint64_t> with;
};

Result<Counted> count(const ModelWordsOptions& options) {
  TermCutter cutter(options.language, std::make_shared<WordShares>());
  const TextFolder folder;
  FoldedText folded;
  Counted counted;
  for (const std::string& path : options.files) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line); ++counted.texts) {
      const std::size_t tab = line.find_last_of('\t');  // before it, labels
      for (const std::string& stem :
           stems_of(tab == line.npos ? line : line.substr(tab + 1), cutter, folder, folded)) {
        ++counted.with[stem];
      }
    }
    if (!file.eof()) {
      return fail(ErrorCode::kUnavailable, path + " cannot be read");
    }
  }
  std::erase_if(counted.with, [](const auto& one) { return one.second < kLeastTexts; });
  return counted;
}

/// As if the stems were at least as common here as they are in the earlier file.
Result<void> add_earlier(const std::string& path, Counted& counted) {
  std::ifstream stream(path, std::ios::binary);
  const Result<WordShares> earlier =
      WordShares::parse(std::string(std::istreambuf_iterator<char>(stream), {}), path);
  if (!earlier) {
    return tl::make_unexpected(earlier.error());
  }
  for (const auto& [stem, share] : earlier->all()) {
    const auto as_common = static_cast<std::uint64_t>(share * static_cast<double>(counted.texts));
    if (as_common >= 2) {
      std::uint64_t& here = counted.with[stem];
      here = std::max(here, as_common);
    }
  }
  return {};
}

}  // namespace

int model_words(const ModelWordsOptions& options) {
  Result<Counted> counted = count(options);
  if (!counted) {
    return failed(counted.error());
  }
  if (!options.with.empty()) {
    if (const Result<void> added = add_earlier(options.with, *counted); !added) {
      return usage(added.error().text);
    }
  }
  std::string out = "#texts\t" + std::to_string(counted->texts) + "\n";
  for (const auto& [stem, texts] : counted->with) {
    out += stem + "\t" + std::to_string(texts) + "\n";
  }
  if (const Result<void> written = write_private_file(options.out, out); !written) {
    return failed(written.error());
  }
  std::filesystem::permissions(
      options.out, std::filesystem::perms::group_read | std::filesystem::perms::others_read,
      std::filesystem::perm_options::add);  // no secret: the service may run as another user
  return kOk;
}

}  // namespace vigie
