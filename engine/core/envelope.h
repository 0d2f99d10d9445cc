#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/payload.h"
#include "engine/core/settings.h"
#include "engine/core/time.h"

namespace vigie {

/// `live` notifies at once. `replay` drives the engine's clock from the mentions' own dates.
/// `backfill` fills history and never notifies.
enum class Mode : std::uint8_t { kLive, kReplay, kBackfill };

/// What became of one envelope's mentions, per tenant copy. Written by the writer before it
/// publishes the envelope's sequence as committed, read by the connector after it has seen that
/// sequence: no other synchronisation.
struct Receipt {
  std::uint32_t kept = 0;        ///< stored for at least one tenant (new or edited)
  std::uint32_t dropped = 0;     ///< no tenant keeps it: counted and forgotten
  std::uint32_t duplicates = 0;  ///< already known in this version or a later one
  std::uint32_t deleted = 0;     ///< deletions carried out or remembered
  std::uint32_t rejected = 0;    ///< unreadable: now dead letters
};

/// What stands fixed for every envelope of one connector.
struct Origin {
  std::uint16_t connector = 0;  ///< index in the configuration, dense from 0
  std::string connector_id;     ///< its name in the configuration
  std::string format;           ///< which Mapping reads the bytes ("canonical", "feed", …)
  std::string network;          ///< default `source` of its mentions where the bytes name none
  std::string base_url;         ///< against which relative links are resolved, may be empty
  std::vector<std::uint32_t> owned_by;  ///< tenants that keep everything from here
  /// Whose affair it is: no other tenant keeps anything from here.
  std::optional<std::uint32_t> only_for;
  /// The connector's part of the configuration, for a Mapping whose shape is described there; null
  /// where there is none.
  std::shared_ptr<const Settings> settings;
};

/// A piece of what a connector received, on its way to a worker. One envelope may hold many
/// mentions.
struct Envelope {
  std::shared_ptr<const Origin> origin;
  std::uint64_t sequence = 0;  ///< per connector, contiguous from 1 in this run, given by the Inlet
  Payload bytes;
  Time received_at{};
  Mode mode = Mode::kLive;
  /// Added to every date the mentions carry: a demonstration that ends now.
  microseconds time_shift{0};
  std::string cursor;  ///< where the connector resumes once this and all before is committed;
                       ///< empty: unchanged
  std::shared_ptr<Receipt> receipt;  ///< null when nobody asks

  std::size_t size_bytes() const { return bytes.size(); }
};

}  // namespace vigie
