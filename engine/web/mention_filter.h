#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/store/store.h"
#include "engine/web/http.h"
#include "engine/web/router.h"

namespace vigie {

/// What a list of mentions asks for beside words.
struct MentionFilter {
  std::optional<std::string> topic, source, language;
  std::optional<Tone> tone;
  Urgency least_urgency = Urgency::kLow;

  bool takes(const StoredMention& stored) const;
};

/// From `topic`, `source`, `lang`, `tone` and `urgency`; nothing if one is not what it should be:
/// `why` says which.
std::optional<MentionFilter> read_mention_filter(const Request& request, std::string& why);

/// How those fields are described.
std::vector<RouteDescription::Field> mention_filter_fields();

}  // namespace vigie
