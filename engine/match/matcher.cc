#include "engine/match/matcher.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/core/ascii.h"
#include "engine/match/match_program.h"
#include "engine/match/proximity.h"

namespace vigie {
namespace {

bool is_before(const MatchSpan& a, const MatchSpan& b) {
  const auto key = [](const MatchSpan& span) {
    return std::tuple(span.span.field == Field::kText, span.span.start, span.span.end,
                      span.first_token, span.last_token);
  };
  return key(a) < key(b);
}

bool is_same(const MatchSpan& a, const MatchSpan& b) { return a.span == b.span; }

/// Answers that hold for the text at hand only: forgotten at once by counting on.
class TextMarks {
 public:
  explicit TextMarks(std::size_t size) : marked_in_(size) {}
  void next_text() {
    if (++text_ == 0) {
      std::ranges::fill(marked_in_, 0U);
      text_ = 1;
    }
  }
  /// True the first time in this text.
  bool mark(std::size_t i) { return std::exchange(marked_in_[i], text_) != text_; }

 private:
  std::vector<std::uint32_t> marked_in_;
  std::uint32_t text_ = 0;
};

}  // namespace

/// One text at a time through one rule set; all memory is kept from text to text.
class Matcher::Run {
 public:
  explicit Run(std::shared_ptr<const RuleSet> rules)
      : rules_(std::move(rules)),
        program_(rules_->program()),
        triggered_marks_(program_.root.size()),
        leaf_marks_(program_.leaves.size()),
        leaf_places_(program_.leaves.size()),
        regex_marks_(program_.regexes.size()),
        regex_found_(program_.regexes.size()) {}

  void match(const Mention& mention, const FoldedText& folded, Matches& out) {
    out.clear();
    hits_.clear();
    triggered_.clear();
    triggered_marks_.next_text();
    program_.phrases.find(folded, word_starts_, hits_);
    for (const PhraseHit& hit : hits_) {
      trigger(program_.rules_of_phrase[hit.phrase]);
    }
    mention_ = &mention;
    folded_ = &folded;
    trigger_by_regexes();
    if (triggered_.empty()) {
      return;
    }
    begin_evaluation();
    for (const std::uint32_t rule : triggered_) {
      spans_.clear();
      if (holds(program_.root[rule])) {
        give(rule, out);
      }
    }
  }

 private:
  using Op = MatchProgram::Op;
  using Where = MatchProgram::Where;
  struct Range {
    std::uint32_t start = 0, count = 0;
  };
  struct RegexFound {
    std::array<Span, 2> spans;  ///< at most one in each field
    std::size_t count = 0;
  };

  void trigger(std::span<const std::uint32_t> rules) {
    for (const std::uint32_t rule : rules) {
      if (triggered_marks_.mark(rule)) {
        triggered_.push_back(rule);
      }
    }
  }

  void trigger_by_regexes() {
    const RegexTable& regexes = program_.regexes;
    const auto visit = [this](std::uint32_t regex) { trigger(program_.rules_of_regex[regex]); };
    if (regexes.has_any(false)) {
      regexes.visit_possible(folded_->bytes, false, visit);
    }
    if (regexes.has_any(true)) {
      for (const std::string_view field : {mention_->title, mention_->text}) {
        small_.assign(field);
        std::ranges::transform(small_, small_.begin(), [](char c) { return lower_case(c); });
        regexes.visit_possible(small_, true, visit);
      }
    }
  }

  void begin_evaluation() {
    std::ranges::sort(triggered_);
    std::ranges::sort(hits_, {}, [](const PhraseHit& hit) {
      return std::tuple(hit.phrase, hit.first_token, hit.last_token);
    });
    phrases_.clear();
    for (std::uint32_t i = 0; i < hits_.size(); ++i) {
      if (phrases_.empty() || hits_[phrases_.back().start].phrase != hits_[i].phrase) {
        phrases_.push_back({i, 0});
      }
      ++phrases_.back().count;
    }
    places_.clear();
    sentences_.clear();
    leaf_marks_.next_text();
    regex_marks_.next_text();
  }

  /// Spans of what made it hold are added; those of what did not are taken away again.
  bool holds(std::uint32_t at) {
    const MatchProgram::Node& node = program_.nodes[at];
    switch (node.op) {
      case Op::kLeaf:
        return leaf_holds(node.operand);
      case Op::kAny:
        return any_holds(at + 1, node.end);
      case Op::kAll:
        return all_hold(at + 1, node.end);
      case Op::kNone:
        return none_holds(at + 1, node.end);
      case Op::kNear:
      case Op::kOrdered:
      case Op::kSentence:
        return proximity_holds(at);
      case Op::kFilter:
        return vigie::holds(program_.filters[node.operand], *mention_, program_.fold);
      case Op::kRegex:
        return regex_holds(node.operand);
    }
    return false;
  }

  bool leaf_holds(std::uint32_t leaf) {
    const std::span<const TokenRange> places = places_of(leaf);
    for (const TokenRange& place :
         places.first(std::min<std::size_t>(places.size(), kMaxSpansPerMatch))) {
      add_span(place);
    }
    return !places.empty();
  }

  bool any_holds(std::uint32_t from, std::uint32_t to) {
    bool any = false;
    for (std::uint32_t child = from; child < to; child = program_.nodes[child].end) {
      any |= holds(child);
    }
    return any;
  }

  bool all_hold(std::uint32_t from, std::uint32_t to) {
    const std::size_t before = spans_.size();
    for (std::uint32_t child = from; child < to; child = program_.nodes[child].end) {
      if (!holds(child)) {
        spans_.resize(before);
        return false;
      }
    }
    return true;
  }

  bool none_holds(std::uint32_t from, std::uint32_t to) {
    const std::size_t before = spans_.size();
    const bool any = any_holds(from, to);
    spans_.resize(before);
    return !any;
  }

  /// The leaf's places in this text, ascending; found out once per text.
  std::span<const TokenRange> places_of(std::uint32_t leaf) {
    Range& range = leaf_places_[leaf];
    if (leaf_marks_.mark(leaf)) {
      range.start = static_cast<std::uint32_t>(places_.size());
      collect_places(program_.leaves[leaf], program_.leaf_where[leaf]);
      std::sort(places_.begin() + range.start, places_.end());
      range.count = static_cast<std::uint32_t>(places_.size()) - range.start;
    }
    return std::span<const TokenRange>(places_).subspan(range.start, range.count);
  }

  void collect_places(std::span<const std::uint32_t> phrases, Where where) {
    for (const Range& one : phrases_) {
      const std::uint32_t phrase = hits_[one.start].phrase;
      const auto found = std::ranges::lower_bound(phrases, phrase);
      phrases = phrases.subspan(static_cast<std::size_t>(found - phrases.begin()));
      if (phrases.empty()) {
        return;
      }
      if (phrases.front() != phrase) {
        continue;
      }
      for (std::uint32_t i = one.start; i < one.start + one.count; ++i) {
        const PhraseHit& hit = hits_[i];
        const bool in_title = hit.first_token < folded_->text_token;
        if (where == Where::kAnywhere || (where == Where::kTitle) == in_title) {
          places_.push_back({hit.first_token, hit.last_token});
        }
      }
    }
  }

  bool proximity_holds(std::uint32_t at) {
    const MatchProgram::Node& node = program_.nodes[at];
    for (std::uint32_t child = at + 1; child < node.end; child = program_.nodes[child].end) {
      const bool is_there = !places_of(program_.nodes[child].operand).empty();
      if (!is_there && !(node.without && child != at + 1)) {
        return false;
      }
    }
    // Only now do all places lie still in memory.
    if (node.op == Op::kSentence && sentences_.empty()) {
      collect_sentences();
    }
    bool any = false;
    for (const auto& [from, to] : {std::pair(std::uint32_t{0}, folded_->text_token),
                                   std::pair(folded_->text_token, ~std::uint32_t{0})}) {
      any = proximity_holds_in_field(at, from, to) || any;
      if (any && !node.without) {
        break;
      }
    }
    return any;
  }

  /// Title and text apart: nothing in one is near what is in the other.
  bool proximity_holds_in_field(std::uint32_t at, std::uint32_t from, std::uint32_t to) {
    const MatchProgram::Node& node = program_.nodes[at];
    members_.clear();
    for (std::uint32_t child = at + 1; child < node.end; child = program_.nodes[child].end) {
      const std::span<const TokenRange> all = places_of(program_.nodes[child].operand);
      members_.emplace_back(std::ranges::lower_bound(all, from, {}, &TokenRange::first),
                            std::ranges::lower_bound(all, to, {}, &TokenRange::first));
      if (members_.back().empty() && !(node.without && members_.size() == 2)) {
        return false;
      }
    }
    chosen_.clear();
    if (node.without) {
      find_places_without(node);
      chosen_.resize(std::min<std::size_t>(chosen_.size(), kMaxSpansPerMatch));
    } else if (!find_places_together(node)) {
      return false;
    }
    for (const TokenRange& place : chosen_) {
      add_span(place);
    }
    return !chosen_.empty();
  }

  bool find_places_together(const MatchProgram::Node& node) {
    switch (node.op) {
      case Op::kNear:
        return proximity_.near(members_, node.operand, chosen_);
      case Op::kOrdered:
        return proximity_.ordered(members_, node.operand, chosen_);
      default:
        return Proximity::in_one_sentence(members_, sentences_, chosen_);
    }
  }

  void find_places_without(const MatchProgram::Node& node) {
    switch (node.op) {
      case Op::kNear:
        return proximity_.not_near(members_[0], members_[1], node.operand, chosen_);
      case Op::kOrdered:
        return Proximity::not_before(members_[0], members_[1], node.operand, chosen_);
      default:
        return Proximity::not_in_one_sentence(members_[0], members_[1], sentences_, chosen_);
    }
  }

  void collect_sentences() {
    for (std::uint32_t i = 0; i < folded_->tokens.size(); ++i) {
      if ((folded_->tokens[i].flags & kTokenSentenceStart) != 0) {
        sentences_.push_back(i);
      }
    }
  }

  bool regex_holds(std::uint32_t regex) {
    RegexFound& found = regex_found_[regex];
    if (regex_marks_.mark(regex)) {
      search(regex, found);
    }
    for (std::size_t i = 0; i < found.count; ++i) {
      spans_.push_back({found.spans[i]});
    }
    return found.count != 0;
  }

  /// Title and text are searched apart: no expression sees over the border.
  void search(std::uint32_t regex, RegexFound& found) {
    found.count = 0;
    ByteRange range;
    if (program_.regexes.is_exact(regex)) {
      for (const auto& [field, text] :
           {std::pair(Field::kTitle, mention_->title), std::pair(Field::kText, mention_->text)}) {
        if (program_.regexes.search(regex, text, range)) {
          found.spans[found.count++] = {field, static_cast<std::uint32_t>(range.start),
                                        static_cast<std::uint32_t>(range.end)};
        }
      }
      return;
    }
    const std::string_view bytes = folded_->bytes;
    const std::size_t border = folded_->text_start;
    const std::pair<std::size_t, std::size_t> fields[] = {{0, border == 0 ? 0 : border - 1},
                                                          {border, bytes.size()}};
    for (const auto& [start, end] : fields) {
      if (program_.regexes.search(regex, bytes.substr(start, end - start), range)) {
        found.spans[found.count++] =
            folded_->original_bytes(static_cast<std::uint32_t>(start + range.start),
                                    static_cast<std::uint32_t>(start + range.end));
      }
    }
  }

  void add_span(const TokenRange& place) {
    spans_.push_back({folded_->original(place.first, place.last), place.first, place.last});
  }

  void give(std::uint32_t rule, Matches& out) {
    std::sort(spans_.begin(), spans_.end(), is_before);
    const auto end = std::unique(spans_.begin(), spans_.end(), is_same);
    const std::size_t count =
        std::min<std::size_t>(static_cast<std::size_t>(end - spans_.begin()), kMaxSpansPerMatch);
    out.matches.push_back({program_.first_rule + rule, static_cast<std::uint32_t>(out.spans.size()),
                           static_cast<std::uint32_t>(count)});
    out.spans.insert(out.spans.end(), spans_.begin(),
                     spans_.begin() + static_cast<std::ptrdiff_t>(count));
  }

  std::shared_ptr<const RuleSet> rules_;
  const MatchProgram& program_;

  // Of the text at hand.
  const Mention* mention_ = nullptr;
  const FoldedText* folded_ = nullptr;
  WordStarts word_starts_;
  std::vector<PhraseHit> hits_;           ///< in the end by phrase
  std::vector<Range> phrases_;            ///< of hits_: one for each phrase that occurs, ascending
  std::vector<std::uint32_t> triggered_;  ///< rules, in the end ascending
  TextMarks triggered_marks_;
  TextMarks leaf_marks_;
  std::vector<Range> leaf_places_;  ///< by leaf, of places_; valid where marked
  std::vector<TokenRange> places_;
  TextMarks regex_marks_;
  std::vector<RegexFound> regex_found_;   ///< by regex; valid where marked
  std::vector<MatchSpan> spans_;          ///< of the rule at hand
  std::vector<std::uint32_t> sentences_;  ///< their first tokens; empty until somebody asks
  Proximity proximity_;
  std::vector<Proximity::Places> members_;  ///< of the node at hand, in the field at hand
  std::vector<TokenRange> chosen_;
  std::string small_;
};

Matcher::Matcher(std::shared_ptr<const RuleSet> rules)
    : run_(std::make_unique<Run>(std::move(rules))) {}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;

void Matcher::match(const Mention& mention, const FoldedText& folded, Matches& out) {
  run_->match(mention, folded, out);
}

}  // namespace vigie
