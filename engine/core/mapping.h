#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/core/envelope.h"
#include "engine/core/mention.h"

namespace vigie {

/// Why a piece of input became a dead letter. A closed list: it is a metric's label.
enum class RejectReason : std::uint8_t {
  kMalformed,  ///< not JSON / XML at all, or torn
  kInvalidUtf8,
  kTooLong,  ///< beyond a stated bound
  kTooDeep,
  kMissingText,
  kMissingId,
  kInvalidField,  ///< a known field of the wrong type or value
  kUnsafe,        ///< a DTD, a bomb
};
inline constexpr std::size_t kRejectReasonCount = 8;
std::string_view to_string(RejectReason reason);

/// A mapping hands on whatever the source has. Of an item without words no mention can be made:
/// whoever would judge, print or store it rejects it instead, as kMissingText, with this sentence.
inline bool is_wordless(const Mention& mention) {
  return !mention.deleted && mention.title.empty() && mention.text.empty();
}
inline constexpr std::string_view kWordless = "it has neither title nor text";

/// Takes what a Mapping finds, in the order of the input.
class MentionSink {
 public:
  virtual ~MentionSink() = default;
  /// Its views are valid during the call, those into the envelope as long as that. May be wordless.
  virtual void mention(const Mention& mention) = 0;
  /// `bytes`: the unreadable piece (valid during the call), `detail`: a sentence for a person.
  virtual void reject(RejectReason reason, std::string_view detail, std::string_view bytes) = 0;
  /// The source says that this author is gone, and everything they wrote on it. Whoever keeps
  /// nothing has nothing to do.
  virtual void purge_author(std::string_view /*source*/, std::string_view /*author_id*/) {}
};

/// Reads one source's shape: envelope bytes → mentions. Bad pieces are rejected one by one, the
/// good ones pass. Keeps buffers between calls; one instance per worker thread.
class Mapping {
 public:
  virtual ~Mapping() = default;
  virtual void map(const Envelope& envelope, MentionSink& sink) = 0;
};

/// Format name → how to make its Mapping.
using MappingFactories =
    std::map<std::string, std::function<std::unique_ptr<Mapping>()>, std::less<>>;

}  // namespace vigie
