#include "engine/match/regex_table.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>

namespace vigie {
namespace {

constexpr std::size_t kMaxPatternBytes = 1'000;
constexpr std::size_t kMaxNesting = 50;
constexpr std::int64_t kMaxMemoryBytes = 1 << 20;

constexpr std::string_view kNoLiteral =
    "this expression requires no literal of three characters or more, so it would have to run on "
    "every text; make a word of it mandatory, or write phrases";

re2::RE2::Options options_for(bool exact) {
  re2::RE2::Options options;
  options.set_max_mem(kMaxMemoryBytes);
  options.set_log_errors(false);
  options.set_case_sensitive(exact);
  return options;
}

/// Escaped parentheses count too: it is a bound, not a grammar.
std::size_t nesting(std::string_view pattern) {
  std::size_t depth = 0, deepest = 0;
  for (const char c : pattern) {
    if (c == '(') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ')' && depth != 0) {
      --depth;
    }
  }
  return deepest;
}

/// U+00C0..U+017F: the accented letters that a folded text never holds.
bool has_accents(std::string_view pattern) {
  return std::ranges::any_of(pattern, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0xc3 && byte <= 0xc5;
  });
}

std::string longest_ascii_run(std::string_view text) {
  std::string_view longest;
  for (std::size_t start = 0; start < text.size();) {
    std::size_t end = start;
    while (end < text.size() && static_cast<unsigned char>(text[end]) < 0x80) {
      ++end;
    }
    if (end - start > longest.size()) {
      longest = text.substr(start, end - start);
    }
    start = end + 1;
  }
  return std::string(longest);
}

/// Literals of which every matching text holds at least one, small letters; empty: there are none.
std::vector<std::string> required_literals(std::string_view pattern, bool exact) {
  re2::FilteredRE2 filter(static_cast<int>(LiteralIndex::kMinBytes));
  int number = 0;
  std::vector<std::string> literals;
  std::vector<int> runs_always;
  if (filter.Add(re2::StringPiece(pattern.data(), pattern.size()), options_for(exact), &number) !=
      re2::RE2::NoError) {
    return {};
  }
  filter.Compile(&literals);
  filter.AllPotentials({}, &runs_always);
  if (!runs_always.empty()) {
    return {};
  }
  if (exact) {
    std::ranges::transform(literals, literals.begin(), longest_ascii_run);
  }
  if (std::ranges::any_of(
          literals, [](const auto& literal) { return literal.size() < LiteralIndex::kMinBytes; })) {
    return {};
  }
  return literals;
}

}  // namespace

struct RegexTable::Regex {
  std::string pattern;
  bool exact;
  re2::RE2 compiled;

  Regex(std::string_view text, bool is_exact)
      : pattern(text), exact(is_exact), compiled(pattern, options_for(is_exact)) {}
};

RegexTable::RegexTable() = default;
RegexTable::~RegexTable() = default;

std::uint32_t RegexTable::find(std::string_view pattern, bool exact) const {
  const auto known = std::ranges::find_if(regexes_, [&](const auto& regex) {
    return regex->pattern == pattern && regex->exact == exact;
  });
  return static_cast<std::uint32_t>(known - regexes_.begin());
}

bool RegexTable::holds(std::string_view pattern, bool exact) const {
  return find(pattern, exact) != regexes_.size();
}

Result<std::uint32_t> RegexTable::add(std::string_view pattern, bool exact) {
  if (const std::uint32_t known = find(pattern, exact); known != regexes_.size()) {
    return known;
  }
  const auto refuse = [](std::string_view why) {
    return fail(ErrorCode::kInvalidInput, std::string(why));
  };
  if (pattern.size() > kMaxPatternBytes) {
    return refuse("a regular expression is at most 1,000 bytes long");
  }
  if (nesting(pattern) > kMaxNesting) {
    return refuse("parentheses in a regular expression nest at most 50 deep");
  }
  if (!exact && has_accents(pattern)) {
    return refuse(
        "this expression runs over text without accents: write it without, or say exact: true");
  }
  auto regex = std::make_unique<Regex>(pattern, exact);
  if (regex->compiled.error_code() == re2::RE2::ErrorPatternTooLarge) {
    return refuse("this expression takes more than 1 MiB of memory: make its repetitions smaller");
  }
  if (!regex->compiled.ok()) {
    return refuse("not a regular expression (RE2): " + regex->compiled.error());
  }
  const std::vector<std::string> required = required_literals(pattern, exact);
  if (required.empty()) {
    return refuse(kNoLiteral);
  }
  const auto number = static_cast<std::uint32_t>(regexes_.size());
  Literals& literals = exact ? exact_ : folded_;
  for (const std::string& text : required) {
    const std::uint32_t literal = literals.index.add(text);
    literals.regexes.resize(literals.index.size());
    literals.regexes[literal].push_back(number);
  }
  regexes_.push_back(std::move(regex));
  return number;
}

void RegexTable::finish() {
  folded_.index.finish();
  exact_.index.finish();
}

std::size_t RegexTable::size() const { return regexes_.size(); }

bool RegexTable::is_exact(std::uint32_t regex) const { return regexes_[regex]->exact; }

bool RegexTable::search(std::uint32_t regex, std::string_view text, ByteRange& found) const {
  re2::StringPiece whole;
  const re2::StringPiece piece(text.data(), text.size());
  if (!regexes_[regex]->compiled.Match(piece, 0, text.size(), re2::RE2::UNANCHORED, &whole, 1)) {
    return false;
  }
  found.start = static_cast<std::size_t>(whole.data() - text.data());
  found.end = found.start + whole.size();
  return true;
}

}  // namespace vigie
