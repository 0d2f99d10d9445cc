#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "engine/classify/lexicon.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxFileBytes = 4 << 20;
constexpr std::size_t kMaxEntries = 100'000;
constexpr std::size_t kMaxPhraseWords = 6;

struct KindName {
  std::string_view name;
  WordKind kind;
  std::int32_t least, most;  ///< of the weight
};
constexpr std::array<KindName, 6> kKinds = {{
    {"tone", WordKind::kTone, -1000, 1000},
    {"irony", WordKind::kIrony, 1, 1000},
    {"negation", WordKind::kNegation, 0, 100},
    {"trailing_negation", WordKind::kTrailingNegation, 0, 100},
    {"intensifier", WordKind::kIntensifier, 0, 400},
    {"contrast", WordKind::kContrast, 0, 100},
}};

const KindName* find_kind(std::string_view name) {
  for (const KindName& kind : kKinds) {
    if (kind.name == name) {
      return &kind;
    }
  }
  return nullptr;
}

std::optional<std::int32_t> read_weight(std::string_view text) {
  std::int32_t weight = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), weight);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return weight;
}

/// Reads one file line by line; goes on after a bad line, so that people see all of them at once.
class LexiconReader {
 public:
  LexiconReader(std::string file, std::string language, const FoldPhrase& fold,
                Catalogue& catalogue, std::vector<Problem>& problems)
      : file_(std::move(file)),
        prefix_("lexicon." + std::move(language) + "."),
        fold_(fold),
        catalogue_(catalogue),
        problems_(problems) {}

  Lexicon read() {
    std::ifstream stream(file_, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (!stream || text.size() > kMaxFileBytes) {
      complain(stream ? "larger than 4 MiB" : "cannot be read");
      return {};
    }
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      ++line_;
      read_line(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
    }
    return Lexicon(std::move(phrases_));
  }

 private:
  void complain(std::string text) { problems_.push_back({file_, line_, 0, std::move(text)}); }

  void read_line(std::string_view line) {
    if (line.empty() || line.front() == '#') {
      return;
    }
    const std::size_t first = line.find('\t');
    const std::size_t second = first == line.npos ? first : line.find('\t', first + 1);
    if (second == line.npos) {
      complain("expected a phrase, a kind and a weight with tabs between them");
      return;
    }
    const std::string_view kind_name = line.substr(first + 1, second - first - 1);
    const KindName* kind = find_kind(kind_name);
    if (kind == nullptr) {
      complain("unknown kind '" + std::string(kind_name) + "'");
      return;
    }
    const std::string_view weight_text = line.substr(second + 1);
    const std::optional<std::int32_t> weight = read_weight(weight_text);
    if (!weight || *weight < kind->least || *weight > kind->most) {
      complain("the weight of a word of kind " + std::string(kind->name) + " is a whole number " +
               std::to_string(kind->least) + ".." + std::to_string(kind->most) + ", not '" +
               std::string(weight_text) + "'");
      return;
    }
    add(line.substr(0, first), kind->kind, *weight);
  }

  void add(std::string_view written, WordKind kind, std::int32_t weight) {
    std::vector<std::string> words = fold_(written);
    if (words.empty() || words.size() > kMaxPhraseWords) {
      complain("'" + std::string(written) + "' is not a phrase of one to six words");
      return;
    }
    const auto [known, is_new] = lines_.emplace(words, line_);
    if (!is_new) {
      complain("'" + std::string(written) + "' stands already on line " +
               std::to_string(known->second));
      return;
    }
    if (phrases_.size() == kMaxEntries) {
      complain("more than 100,000 entries");
      return;
    }
    const auto name = static_cast<std::uint32_t>(catalogue_.names.size());
    const auto count = static_cast<std::uint32_t>(words.size());
    catalogue_.names.push_back(prefix_ + std::string(written));
    phrases_.push_back({std::move(words), {kind, weight, name, count}});
  }

  std::string file_;
  std::string prefix_;
  const FoldPhrase& fold_;
  Catalogue& catalogue_;
  std::vector<Problem>& problems_;
  int line_ = 0;
  std::map<std::vector<std::string>, int> lines_;
  std::vector<Lexicon::Phrase> phrases_;
};

}  // namespace

std::shared_ptr<const Lexicons> read_lexicons(const std::string& directory, const FoldPhrase& fold,
                                              Catalogue& catalogue,
                                              std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  const auto read = [&](const std::string& language) {
    return LexiconReader(directory + "/" + language + ".tsv", language, fold, catalogue, problems)
        .read();
  };
  Lexicon french = read("fr");
  Lexicon english = read("en");
  if (problems.size() > before) {
    return nullptr;
  }
  return std::make_shared<const Lexicons>(std::move(french), std::move(english));
}

}  // namespace vigie
