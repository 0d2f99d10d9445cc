#include "engine/parse/attribute_count.h"

namespace vigie {
namespace {

class AttributeCount {
 public:
  explicit AttributeCount(std::string_view bytes) : bytes_(bytes) {}

  /// Whether a tag has more than `limit`.
  bool exceeds(std::size_t limit) {
    while (at_ < bytes_.size()) {
      if (take() == '<' && attributes_of_tag(limit) > limit) {
        return true;
      }
    }
    return false;
  }

 private:
  /// Behind the end there is a '<'.
  char front() const { return at_ < bytes_.size() ? bytes_[at_] : '<'; }
  char take() {
    const char c = front();
    ++at_;
    return c;
  }
  bool take_until(std::string_view any_of) {
    while (front() != '<' && any_of.find(front()) == any_of.npos) {
      ++at_;
    }
    return front() != '<';
  }
  void skip_blanks() {
    while (kBlanks.find(front()) != kBlanks.npos) {
      ++at_;
    }
  }

  /// `name = 'value'`, again and again, until something else comes.
  std::size_t attributes_of_tag(std::size_t limit) {
    take_until(" \t\r\n>");
    for (std::size_t count = 0;; ++count) {
      skip_blanks();
      if (count > limit || front() == '>' || !take_until(" \t\r\n=>")) {
        return count;
      }
      skip_blanks();
      if (front() != '=') {
        return count;
      }
      ++at_;
      skip_blanks();
      const char quote = front();
      if (quote != '"' && quote != '\'') {
        return count;
      }
      ++at_;
      if (!take_until({&quote, 1})) {
        return count + 1;
      }
      ++at_;
    }
  }

  static constexpr std::string_view kBlanks = " \t\r\n";
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace

bool has_tag_with_more_attributes(std::string_view xml, std::size_t limit) {
  return AttributeCount(xml).exceeds(limit);
}

}  // namespace vigie
