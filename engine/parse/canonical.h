#pragma once

#include <memory>
#include <string_view>

#include "engine/core/mapping.h"

namespace vigie {

/// Bounds of a canonical mention; beyond them it is a dead letter.
inline constexpr std::size_t kMaxMentionBytes = 1 << 20;
inline constexpr std::size_t kMaxTextBytes = 256 << 10;

/// Reads canonical mentions (core/mention.h's fields as JSON) from NDJSON, or from one array of
/// them. `id` and `source` are needed to ingest (`source` falls back to the origin's network);
/// `classify` needs only `text`, see `Requirement`. Rejects, piece by piece: no JSON, torn last
/// line, invalid UTF-8, over the bounds, deeper than 64, known fields twice or of the wrong type,
/// no text (to ingest, a title or stars may stand for it; to classify, "" is a text). A whole
/// number is an id too, null means absent, and without `kind` what has `in_reply_to` is a reply.
/// U+0000 in a text becomes a space. Unknown fields are ignored. An empty line is not a mention. An
/// edit is a later `edited_at`, or, where the source gives none, a later `created_at` under the
/// same id.
enum class Requirement { kIngest, kClassify };
std::unique_ptr<Mapping> make_canonical_mapping(Requirement requirement);

}  // namespace vigie
