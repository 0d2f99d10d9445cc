#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/catalogue.h"
#include "engine/core/envelope.h"
#include "engine/core/mapping.h"
#include "engine/core/mention.h"
#include "engine/core/verdict.h"

namespace vigie {

/// HMAC(tenant key, network, author id), cut to 128 bits: who wrote, without saying who.
using Pseudonym = std::array<unsigned char, 16>;

/// Bytes [offset, offset + length) of Findings::arena.
struct Piece {
  std::uint32_t offset = 0, length = 0;
};

/// One mention for one tenant, judged and already encoded: what a worker hands to the writer.
struct Finding {
  enum class Action : std::uint8_t {
    kKeep,
    kKeepIfParentKnown,  ///< a reply that no watch rule matched: kept if what it answers is kept
    kReplaceIfKnown,     ///< an edit that no watch rule matches any more: replaces what is kept
    kDelete,
    kPurgeAuthor,  ///< all that `author` wrote on `source`: only these two and the tenant count
  };
  Action action = Action::kKeep;
  TenantId tenant = 0;
  /// Which mention of the envelope: the receipt counts mentions, not copies.
  std::uint32_t mention = 0;
  std::uint64_t id_hash = 0;      ///< IdHasher(source, id)
  std::uint64_t parent_hash = 0;  ///< likewise, of what it answers; 0: nothing
  Version version;
  Time created_at{};   ///< clamped: never later than received_at + 5 min; rollups go by it
  Time received_at{};  ///< its day is the key's; in a replay the mention's own date
  Tone tone = Tone::kNeutral;
  Urgency urgency = Urgency::kLow;
  bool official = false;
  Piece source, id;
  Piece topics;     ///< std::uint32_t names in Findings::topics (offset and length count elements)
  Piece record;     ///< store/record.h; empty for kDelete
  Piece signature;  ///< trend/signature.h; empty for kDelete
  bool has_author = false;
  Pseudonym author{};
  std::uint64_t followers = 0;
  Piece identity;  ///< store/identity.h, to be sealed; empty if the author is unknown
};

struct Rejected {
  RejectReason reason = RejectReason::kMalformed;
  std::string detail;
  std::string bytes;  ///< the store keeps a bounded part of it
};

/// All that one envelope gave, one batch even if empty: what flows through the second ring.
struct Findings {
  std::shared_ptr<const Origin> origin;
  std::uint64_t sequence = 0;
  std::string cursor;
  Time received_at{};  ///< of the envelope, by the engine's clock
  Mode mode = Mode::kLive;
  std::shared_ptr<Receipt> receipt;
  std::shared_ptr<const Catalogue> catalogue;  ///< what the numbers in here mean
  std::uint32_t mentions = 0;                  ///< read from the envelope, kept or not
  std::uint32_t dropped = 0;                   ///< for which there is no finding at all
  std::vector<Finding> findings;               ///< in the order of the envelope
  std::vector<std::uint32_t> topics;
  std::uint32_t rejected_mentions = 0;  ///< pieces that could not be read
  std::vector<Rejected> rejected;       ///< the first of them
  std::string arena;

  /// About what it holds in memory.
  std::size_t size_bytes() const {
    return arena.size() + findings.size() * sizeof(Finding) + rejected_bytes;
  }
  std::size_t rejected_bytes = 0;  ///< of `rejected`

  std::string_view view(Piece piece) const {
    return std::string_view(arena).substr(piece.offset, piece.length);
  }
};

}  // namespace vigie
