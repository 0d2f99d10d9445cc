#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/core/mapping.h"
#include "engine/core/verdict_json.h"

namespace vigie {

/// What a source that is configured so gives, as it comes to its Mapping.
inline Envelope configured_envelope(const std::string& yaml, std::string_view bytes) {
  std::vector<Problem> problems;
  auto origin = std::make_shared<Origin>();
  origin->network = "town";
  origin->settings =
      std::make_shared<const Settings>(*Settings::parse(yaml, "vigie.yaml", problems));
  Envelope envelope;
  envelope.origin = origin;
  envelope.bytes = Payload(bytes);
  return envelope;
}

/// What a Mapping made of some bytes: canonical mentions as JSON, one a string, in order; rejected
/// pieces as "! reason: detail"; purged authors as "purge source author".
class Mapped final : public MentionSink {
 public:
  Mapped(Mapping& mapping, std::string_view bytes) {
    auto origin = std::make_shared<Origin>();
    origin->network = "test";
    Envelope envelope;
    envelope.origin = origin;
    envelope.bytes = Payload(bytes);
    mapping.map(envelope, *this);
  }
  void mention(const Mention& mention) override {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    write_mention_members(mention, {}, json);
    json.end_object();
    told.push_back(out);
    ids.emplace_back(mention.id);
    keys.push_back(std::string(mention.source) + " " + ids.back() + " " +
                   std::string(mention.author.id) + " " +
                   std::to_string(mention.version.edited_at_us) + " " +
                   std::to_string(mention.version.revision));
    dates.push_back(mention.created_at);
  }
  void reject(RejectReason reason, std::string_view detail, std::string_view) override {
    told.push_back("! " + std::string(to_string(reason)) + ": " + std::string(detail));
    ++rejected;
  }

  void purge_author(std::string_view source, std::string_view author_id) override {
    told.push_back("purge " + std::string(source) + " " + std::string(author_id));
  }

  std::vector<std::string> told, ids;
  std::vector<std::string> keys;  ///< what a store tells mentions and their versions apart by
  std::vector<Time> dates;
  int rejected = 0;
};

}  // namespace vigie
