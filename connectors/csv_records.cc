#include "connectors/csv_records.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace vigie {
namespace {

constexpr std::string_view kSeparators = ",;\t|";

/// Follows a text through its fields, a character at a time.
class CsvScanner {
 public:
  enum class Event : std::uint8_t {
    kNothing,    ///< a quote that stands for nothing itself
    kText,       ///< the character belongs to the field
    kFieldEnd,   ///< a separator
    kRecordEnd,  ///< a line end
  };

  explicit CsvScanner(char separator) : separator_(separator) {}

  Event next(char c) {
    if (state_ == State::kQuoted) {
      state_ = c == '"' ? State::kQuoteSeen : State::kQuoted;
      return c == '"' ? Event::kNothing : Event::kText;
    }
    if (c == '"' && state_ != State::kPlain) {  // opens, or is the second of a doubled one
      const bool is_doubled = state_ == State::kQuoteSeen;
      state_ = State::kQuoted;
      return is_doubled ? Event::kText : Event::kNothing;
    }
    state_ = State::kFieldStart;
    if (c == '\n') {
      return Event::kRecordEnd;
    }
    if (separator_ == '\0' ? kSeparators.find(c) != kSeparators.npos : c == separator_) {
      return Event::kFieldEnd;
    }
    state_ = State::kPlain;
    return Event::kText;
  }

 private:
  enum class State : std::uint8_t { kFieldStart, kPlain, kQuoted, kQuoteSeen };

  char separator_;
  State state_ = State::kFieldStart;
};

std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  return text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
}

}  // namespace

char csv_separator(std::string_view header) {
  std::array<std::size_t, kSeparators.size()> counts{};
  CsvScanner scanner('\0');
  for (const char c : without_mark(header)) {
    if (scanner.next(c) == CsvScanner::Event::kFieldEnd) {
      ++counts[kSeparators.find(c)];
    }
  }
  const auto* most = std::ranges::max_element(counts);
  return *most == 0 ? ',' : kSeparators[static_cast<std::size_t>(most - counts.begin())];
}

std::size_t csv_record_end(std::string_view text, std::size_t from, char separator) {
  CsvScanner scanner(separator);
  for (std::size_t i = text.size() - without_mark(text).size(); i < text.size(); ++i) {
    if (scanner.next(text[i]) == CsvScanner::Event::kRecordEnd && i + 1 > from) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

std::vector<std::string> take_csv_record(std::string_view& text, char separator) {
  using Event = CsvScanner::Event;
  text = without_mark(text);
  std::vector<std::string> fields(1);
  CsvScanner scanner(separator);
  std::size_t taken = 0;
  for (Event event = Event::kNothing; event != Event::kRecordEnd && taken < text.size(); ++taken) {
    event = scanner.next(text[taken]);
    if (event == Event::kText && fields.size() <= kMaxCsvFields) {
      fields.back() += text[taken];
    } else if (event == Event::kFieldEnd && fields.size() <= kMaxCsvFields) {
      fields.emplace_back();
    }
  }
  fields.resize(std::min(fields.size(), kMaxCsvFields));
  if (fields.back().ends_with('\r')) {
    fields.back().pop_back();
  }
  text.remove_prefix(taken);
  return fields;
}

}  // namespace vigie
