#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/mapping.h"

namespace vigie {

/// A mention whose texts outlive the call that gave it.
struct KeptMention {
  explicit KeptMention(const Mention& given) : mention(given) {
    for (std::string_view* text :
         {&mention.id, &mention.source, &mention.author.id, &mention.author.name,
          &mention.author.url, &mention.title, &mention.text, &mention.language, &mention.url,
          &mention.in_reply_to, &mention.repost_of, &mention.thread, &mention.place.name}) {
      *text = texts.emplace_back(*text);
    }
  }
  KeptMention(const KeptMention&) = delete;
  std::deque<std::string> texts;
  Mention mention;
};

struct KeptReject {
  RejectReason reason;
  std::string detail, bytes;
};

/// What a Mapping made of some bytes.
struct Collected : MentionSink {
  void mention(const Mention& mention) override { kept.emplace_back(mention); }
  void reject(RejectReason reason, std::string_view detail, std::string_view bytes) override {
    rejects.push_back({reason, std::string(detail), std::string(bytes)});
  }
  const Mention& operator[](std::size_t i) const { return kept.at(i).mention; }
  std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    for (const KeptMention& one : kept) {
      ids.emplace_back(one.mention.id);
    }
    return ids;
  }
  std::vector<RejectReason> reasons() const {
    std::vector<RejectReason> reasons;
    for (const KeptReject& one : rejects) {
      reasons.push_back(one.reason);
    }
    return reasons;
  }

  std::deque<KeptMention> kept;
  std::vector<KeptReject> rejects;
};

inline void collect(Mapping& mapping, std::string_view bytes, const Origin& origin,
                    Collected& into) {
  Envelope envelope;
  envelope.origin = std::make_shared<Origin>(origin);
  envelope.bytes = Payload(bytes);
  mapping.map(envelope, into);
}

}  // namespace vigie
