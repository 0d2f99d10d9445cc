#include "engine/match/filter.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace vigie {
namespace {

using Of = Filter::Of;
using Compare = Filter::Compare;

constexpr std::array<std::pair<std::string_view, Of>, 7> kNamed = {{{"source", Of::kSource},
                                                                    {"lang", Of::kLanguage},
                                                                    {"author", Of::kAuthor},
                                                                    {"place", Of::kPlace},
                                                                    {"kind", Of::kKind},
                                                                    {"followers", Of::kFollowers},
                                                                    {"rating", Of::kRating}}};

bool is_same_but_for_case(std::string_view a, std::string_view b) {
  const auto small = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  };
  return std::ranges::equal(a, b, {}, small, small);
}

template <class Number>
bool compares(Number found, Compare how, Number wanted) {
  switch (how) {
    case Compare::kEqual:
      return found == wanted;
    case Compare::kLess:
      return found < wanted;
    case Compare::kAtMost:
      return found <= wanted;
    case Compare::kGreater:
      return found > wanted;
    case Compare::kAtLeast:
      return found >= wanted;
  }
  return false;
}

/// ">1000", "<=3", "5".
std::optional<std::pair<Compare, std::uint64_t>> parse_number(std::string_view value) {
  constexpr std::pair<std::string_view, Compare> kSigns[] = {
      {">=", Compare::kAtLeast}, {"<=", Compare::kAtMost}, {">", Compare::kGreater},
      {"<", Compare::kLess},     {"=", Compare::kEqual},   {"", Compare::kEqual}};
  const auto sign =
      std::ranges::find_if(kSigns, [&](const auto& one) { return value.starts_with(one.first); });
  value.remove_prefix(sign->first.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) {
    return std::nullopt;
  }
  return std::pair(sign->second, number);
}

}  // namespace

bool is_filter_name(std::string_view name) {
  return name == "is" ||
         std::ranges::find(kNamed, name, &std::pair<std::string_view, Of>::first) != kNamed.end();
}

std::string_view filter_names() {
  return "source, lang, author, place, kind, is, followers, rating, title, text";
}

Result<Filter> parse_filter(std::string_view name, std::string_view value) {
  const auto refuse = [](std::string text) { return fail(ErrorCode::kInvalidInput, text); };
  Filter filter;
  filter.text = value;
  if (name == "is") {
    if (value != "reply" && value != "repost") {
      return refuse("'is:' takes reply or repost");
    }
    filter.of = value == "reply" ? Of::kReply : Of::kRepost;
    return filter;
  }
  const auto named = std::ranges::find(kNamed, name, &std::pair<std::string_view, Of>::first);
  if (named == kNamed.end() || value.empty()) {
    return refuse("'" + std::string(name) + ":' needs a value right behind it");
  }
  filter.of = named->second;
  if (filter.of == Of::kKind) {
    const std::optional<Kind> kind = parse_kind(value);
    if (!kind) {
      return refuse("'kind:' takes post, reply, repost, comment, review, request or message");
    }
    filter.kind = *kind;
  } else if (filter.of == Of::kFollowers || filter.of == Of::kRating) {
    const auto number = parse_number(value);
    if (!number) {
      return refuse("'" + std::string(name) + ":' takes a whole number, as in " +
                    std::string(name) + ":>=3");
    }
    std::tie(filter.compare, filter.number) = *number;
  } else if (filter.of == Of::kAuthor && value.starts_with('@')) {
    filter.text = value.substr(1);
  }
  return filter;
}

bool holds(const Filter& filter, const Mention& mention, const PhraseFolder& fold) {
  switch (filter.of) {
    case Of::kSource:
      return is_same_but_for_case(mention.source, filter.text);
    case Of::kLanguage:
      return is_same_but_for_case(mention.language, filter.text) ||
             is_same_but_for_case(mention.language.substr(0, mention.language.find_first_of("-_")),
                                  filter.text);
    case Of::kAuthor:
      return is_same_but_for_case(mention.author.id, filter.text) ||
             (!filter.words.empty() && fold(mention.author.name) == filter.words);
    case Of::kPlace: {
      const std::vector<std::string> words = fold(mention.place.name);
      return !filter.words.empty() && std::search(words.begin(), words.end(), filter.words.begin(),
                                                  filter.words.end()) != words.end();
    }
    case Of::kKind:
      return mention.kind == filter.kind;
    case Of::kReply:
      return mention.kind == Kind::kReply || !mention.in_reply_to.empty();
    case Of::kRepost:
      return mention.kind == Kind::kRepost || !mention.repost_of.empty();
    case Of::kFollowers:
      return !mention.author.id.empty() &&
             compares(mention.author.followers, filter.compare, filter.number);
    case Of::kRating:
      return mention.rating && compares(static_cast<std::uint64_t>(std::max(*mention.rating, 0)),
                                        filter.compare, filter.number);
  }
  return false;
}

}  // namespace vigie
