#include "engine/classify/aspects.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "engine/classify/calibration.h"

namespace vigie {
namespace {

constexpr std::uint32_t kComma = 5, kContrast = 10, kSentence = 30;  // words
constexpr double kMostScale = 2;

/// How far along each token stands, borders counted as words.
std::vector<std::int64_t> positions_of(const FoldedText& folded,
                                       std::span<const std::uint32_t> contrasts) {
  std::vector<std::int64_t> positions;
  positions.reserve(folded.tokens.size());
  std::int64_t position = 0;
  std::uint32_t end = 0;
  for (std::uint32_t at = 0; at < folded.tokens.size(); ++at) {
    const Token& token = folded.tokens[at];
    const std::string_view gap =
        std::string_view(folded.bytes).substr(end, std::min(token.start - end, 16U));
    if (at > 0 && (token.flags & kTokenSentenceStart) != 0) {
      position += kSentence;
    } else if (std::ranges::binary_search(contrasts, at)) {
      position += kContrast;
    } else if (gap.find_first_of(",;") != std::string_view::npos) {
      position += kComma;
    }
    positions.push_back(++position);
    end = token.start + token.length;
  }
  return positions;
}

struct TopicSums {
  std::uint32_t topic = 0, words = 0;
  std::int32_t tone = 0, opinion = 0;
};

}  // namespace

void find_aspects(const FoldedText& folded, std::span<const TopicMark> marks,
                  std::span<const WordPoints> words, std::span<const std::uint32_t> contrasts,
                  std::int32_t opinion_bias, std::vector<Aspect>& out) {
  out.clear();
  std::vector<TopicSums> topics;
  for (const TopicMark& mark : marks) {
    if (std::ranges::find(topics, mark.topic, &TopicSums::topic) == topics.end()) {
      topics.push_back({mark.topic});
    }
  }
  if (topics.size() < 2 || marks.size() > kMaxTopicMarks ||
      folded.tokens.size() > kMaxAspectTokens) {
    return;
  }
  std::ranges::sort(topics, {}, &TopicSums::topic);
  const std::vector<std::int64_t> positions = positions_of(folded, contrasts);
  const auto nearest = [&](std::uint32_t token) -> TopicSums& {
    const TopicMark& mark = *std::ranges::min_element(marks, {}, [&](const TopicMark& one) {
      return std::abs(positions[one.token] - positions[token]);
    });
    return *std::ranges::find(topics, mark.topic, &TopicSums::topic);
  };
  for (std::uint32_t token = 0; token < folded.tokens.size(); ++token) {
    ++nearest(token).words;
  }
  for (const WordPoints& word : words) {
    TopicSums& topic = nearest(word.token);
    topic.tone += word.tone;
    topic.opinion += word.opinion;
  }
  for (const TopicSums& topic : topics) {
    const double scale = std::min(kMostScale, std::sqrt(static_cast<double>(folded.tokens.size()) /
                                                        std::max(topic.words, 1U)));
    const std::int32_t tone = whole_points(topic.tone * scale),
                       opinion = opinion_bias + whole_points(topic.opinion * scale);
    out.push_back({topic.topic, tone_of(tone, opinion), calibrate_tone(tone)});
  }
}

}  // namespace vigie
