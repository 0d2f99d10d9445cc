#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <string_view>

#include "engine/core/check.h"
#include "engine/core/mapping.h"
#include "engine/core/verdict_json.h"
#include "engine/parse/utf8.h"

namespace vigie::fuzz {

/// What Mention promises of every string in it.
inline bool is_text(std::string_view text) {
  return is_valid_utf8(text) && text.find('\0') == text.npos;
}

/// Checks all that a mapping may hand on, and writes it down: two runs must give the same.
class CheckingSink : public MentionSink {
 public:
  void mention(const Mention& given) override {
    Mention copy = given;
    visit_strings(copy, [](std::string_view& text) { check(is_text(text), "a mention is text"); });
    check(!given.rating || (*given.rating >= 1 && *given.rating <= 5), "1 to 5 stars");
    const auto within = [](std::optional<double> degrees, double most) {
      return !degrees || (std::isfinite(*degrees) && std::abs(*degrees) <= most);
    };
    check(within(given.place.latitude, 90) && within(given.place.longitude, 180), "degrees");
    told_ += mention_line(given);
    ++mentions;
  }
  void reject(RejectReason reason, std::string_view detail, std::string_view bytes) override {
    check(static_cast<std::size_t>(reason) < kRejectReasonCount, "a reason of the closed list");
    check(!detail.empty() && is_valid_utf8(detail), "a sentence for a person");
    (told_ += to_string(reason)) += detail;
    (told_ += bytes) += '\n';
    ++rejects;
  }
  void purge_author(std::string_view source, std::string_view author_id) override {
    check(is_text(source) && is_text(author_id), "an author is text");
    ((((told_ += "purge ") += source) += ' ') += author_id) += '\n';
  }
  const std::string& told() const { return told_; }
  std::size_t mentions = 0, rejects = 0;

 private:
  std::string told_;
};

inline Envelope envelope_of(std::string_view bytes, std::string format,
                            std::shared_ptr<const Settings> settings = nullptr) {
  auto origin = std::make_shared<Origin>();
  origin->connector_id = "c";
  origin->format = std::move(format);
  origin->network = "net";
  origin->base_url = "https://town.example/feed";
  origin->settings = std::move(settings);
  Envelope envelope;
  envelope.origin = std::move(origin);
  envelope.bytes = Payload(bytes);
  return envelope;
}

/// Maps `envelope` twice: what a mapping keeps between calls changes nothing. Gives what it said.
inline CheckingSink check_mapping(Mapping& mapping, const Envelope& envelope) {
  CheckingSink first, again;
  mapping.map(envelope, first);
  mapping.map(envelope, again);
  check(first.told() == again.told(), "a mapping's buffers are no memory");
  return first;
}

}  // namespace vigie::fuzz
