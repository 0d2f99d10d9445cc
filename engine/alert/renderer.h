#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/alert/alert.h"
#include "engine/alert/notifier.h"
#include "engine/core/coverage.h"

namespace vigie {

/// Where links lead that do something about an alert, once its reader has confirmed it; empty:
/// there is no such link.
struct ActionUrls {
  std::string take, not_useful, mute;
};

/// An argument card that helps to answer: what people call it, and where it stands; may be empty.
struct CardLink {
  std::string title, url;
};

/// Puts an alert into words, in the tenant's language (fr, else en). `public_url`: how people reach
/// the screens, may be empty: no link then. Everything foreign is escaped for where it goes: HTML,
/// one header line, Markdown; directional controls cannot leave the quote. `remarks`: sentences of
/// ours that stand behind the first lines; `actions`: what a mail's reader may do by a link;
/// `blind`: sources that show nothing now, of which the first kMaxBlindNamed are named;
/// `cards`: what helps to answer, the best first.
inline constexpr std::size_t kMaxBlindNamed = 5;
Message render(const Alert& alert, std::uint64_t number, const std::string& receiver,
               const std::string& public_url, const std::vector<std::string>& remarks = {},
               const ActionUrls& actions = {}, const std::vector<BlindSource>& blind = {},
               const std::vector<CardLink>& cards = {});

/// What may leave the town's control of it: what is going on, how urgent, by when, not what was
/// said, by whom and where.
Alert discreet(const Alert& alert);

}  // namespace vigie
