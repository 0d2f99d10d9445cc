// A rule out of an emerging group: what a person would begin with, to be read before it is kept.
#include <algorithm>

#include "engine/core/json_writer.h"
#include "engine/parse/text_folder.h"
#include "engine/pipeline/emergent.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxPhrases = 8;
/// A stem of less letters would begin too many other words.
constexpr std::size_t kMinStemLetters = 4;

/// A JSON string is a YAML string.
std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

std::string pattern_of_word(std::string_view stem, std::string_view surface) {
  const std::vector<std::string> folded = TextFolder::fold_phrase(surface);
  const bool begins_it = folded.size() == 1 && folded.front().starts_with(stem);
  return begins_it && stem.size() >= kMinStemLetters ? std::string(stem) + "*"
                                                     : std::string(surface);
}

/// A word by its stem; two words close to each other, in any order.
std::string condition_of(const EmergingTerm& term) {
  const std::size_t key_cut = term.key.find(' '), cut = term.surface.find(' ');
  if (key_cut == term.key.npos || cut == term.surface.npos) {
    return quoted(pattern_of_word(term.key, term.surface));
  }
  return "{near: 3, of: [" +
         quoted(pattern_of_word(term.key.substr(0, key_cut), term.surface.substr(0, cut))) + ", " +
         quoted(pattern_of_word(term.key.substr(key_cut + 1), term.surface.substr(cut + 1))) + "]}";
}

std::string name_of(const EmergingTerm& leader) {
  std::string name = leader.key;
  std::ranges::replace(name, ' ', '_');
  return name;
}

/// Whoever leads, and what people say no oftener anyway: a common word alone would find too much.
std::string conditions(const EmergingGroup& group) {
  std::string list;
  std::size_t phrases = 0;
  for (const EmergingTerm& term : group.terms) {
    if (phrases < kMaxPhrases && term.background <= group.terms.front().background) {
      list += (list.empty() ? "" : ", ") + condition_of(term);
      ++phrases;
    }
  }
  return list;
}

}  // namespace

RuleDraft draft_rule(const EmergingGroup& group, const std::string& language) {
  const EmergingTerm& leader = group.terms.front();
  RuleDraft draft;
  draft.pack = "besoin_" + name_of(leader);
  draft.rule = "besoin." + name_of(leader);
  draft.topic = leader.surface;
  std::string terms;
  for (const EmergingTerm& term : group.terms) {
    terms += (terms.empty() ? "" : ", ") + term.surface;
  }
  draft.yaml = "title: " + quoted("Besoin émergent : " + draft.topic) + "\nlanguage: " + language +
               "\nrules:\n  - id: " + draft.rule + "\n    topic: " + quoted(draft.topic) +
               "\n    about: " + quoted("proposé d'après : " + terms) + "\n    any: [" +
               conditions(group) + "]\n";
  return draft;
}

std::string draft_tests(const RuleDraft& draft, const std::vector<std::string>& matching,
                        const std::vector<std::string>& others) {
  std::string yaml =
      "# Proposés d'après des mentions gardées : à redire en d'autres mots avant de garder ce "
      "fichier.\ntests:\n";
  for (const std::string& text : matching) {
    yaml += "  - {text: " + quoted(text) + ", matches: [" + draft.rule + "]}\n";
  }
  for (const std::string& text : others) {
    yaml += "  - {text: " + quoted(text) + ", not: [" + draft.rule + "]}\n";
  }
  return yaml;
}

}  // namespace vigie
