#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/classify/model_scorer.h"
#include "engine/classify/signed_words.h"
#include "engine/core/folded_text.h"
#include "engine/core/verdict.h"

namespace vigie {

/// A word of a topic, where a rule of a shared pack found it: what is said of topics that a town
/// has for itself has the tone of the whole, as a verdict is the same for all towns.
struct TopicMark {
  std::uint32_t topic = 0;  ///< in Catalogue::names
  std::uint32_t token = 0;  ///< in FoldedText::tokens
};

/// Points of one word on tone and opinion.
struct WordPoints {
  std::uint32_t token = 0;
  std::int32_t tone = 0, opinion = 0;
};

/// Longer texts have the tone of the whole for every topic.
inline constexpr std::size_t kMaxAspectTokens = 400, kMaxTopicMarks = 64;

/// Tells apart what a text says of several topics: every word's points go to the topic whose word
/// stands nearest, a comma between them counting as 5 words, a contrast ("mais") as 10, the end of
/// a sentence as 30. A topic's sums are multiplied by sqrt(words of the text / words of the topic),
/// at most 2, as a text of its own would have it; `opinion_bias` is added. One aspect for each
/// topic of `marks`, by topic; none if they are of one topic, too many, or the text is too long.
void find_aspects(const FoldedText& folded, std::span<const TopicMark> marks,
                  std::span<const WordPoints> words, std::span<const std::uint32_t> contrasts,
                  std::int32_t opinion_bias, std::vector<Aspect>& out);

}  // namespace vigie
