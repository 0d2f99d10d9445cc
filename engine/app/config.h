#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/access/directory.h"
#include "engine/alert/policy.h"
#include "engine/core/disclosure.h"
#include "engine/core/settings.h"
#include "engine/core/tenant.h"
#include "engine/guidance/town_settings.h"
#include "engine/ingest/bounded_ring.h"

namespace vigie {

/// One source as the configuration declares it; `settings` holds what only its type understands.
struct ConnectorConfig {
  std::string id;                     ///< [a-z0-9-]{1,40}, unique: in URLs, metrics, cursors
  std::string type;                   ///< a name in connectors/registry.cc
  std::string format;                 ///< how its bytes are read; empty: as its type says
  std::string network;                ///< `source` of mentions that name none; its id if not given
  std::string base_url;               ///< against which relative links are resolved
  std::vector<std::string> owned_by;  ///< ids of tenants that keep everything from here
  std::string country;                ///< where its service stands, ISO 3166 ("US"); may be empty
  std::string legal_note;             ///< what people should know of it; may be empty
  std::uint64_t cents_per_1000_reads = 0;  ///< what its service takes for posts
  Settings settings;
};

/// What towns may set for themselves in the screens, and by what means (guidance/town_settings.h).
struct TownTerms {
  bool allow_private = false;  ///< their feeds may be on this machine or in its network
  Settings mail;               ///< fields of a receiver `mail` but `to`: how their mail goes out
};

struct ReceiverConfig {
  std::string id;
  std::string type;
  Settings settings;
};

/// The configuration file, checked. deploy/vigie.yaml is the commented example.
struct Config {
  std::string file;
  std::string data_directory;
  std::string rules_directory;
  std::string listen_host = "127.0.0.1";
  std::uint16_t listen_port = 8087;
  /// Where operators ask for metrics and health; absent: at the same address as everybody.
  struct Operations {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
  };
  std::optional<Operations> operations;
  std::vector<std::string> trusted_proxies;    ///< addresses whose X-Forwarded-For is believed
  bool require_totp = false;                   ///< see Accounts::require_second_factor()
  std::optional<DirectorySettings> directory;  ///< through which people may sign in, too
  std::string public_url;                      ///< how people reach the screens: links in alerts
  std::string contact;  ///< a page or an e-mail address, told to the sites that are asked
  /// How long a backup lives at most: what receipts of erasures promise, and `vigie backup` keeps.
  std::uint32_t backup_days = 30;
  std::uint32_t workers = 2;
  std::uint32_t inbox_capacity_envelopes = kInboxEnvelopes;
  std::uint32_t outbox_capacity_envelopes = kOutboxEnvelopes;
  std::vector<Tenant> tenants;
  std::vector<ConnectorConfig> connectors;
  std::vector<ReceiverConfig> receivers;
  AlertPolicy alerting;
  TownTerms towns;
  /// What towns have set, by id; name and variables already stand in `tenants`. And what is wrong
  /// with such a file: that town's is then left out.
  std::map<std::string, TownSettings, std::less<>> town_settings;
  std::vector<Problem> town_problems;
};

/// Where the world reaches the connector's push(); empty if the configuration does not say where
/// it reaches us.
std::string hook_url_of(const Config& config, const std::string& connector);

/// What goes to the connector's source, and where that is.
SourceDisclosure disclosure_of(const ConnectorConfig& connector);

/// Reads and checks the file. All problems at once, with file:line:column; nothing if there is one.
/// Relative paths are relative to the file's directory. What towns have set for themselves
/// (town_files.h) is read, too, where the data folder lets us.
std::optional<Config> read_config(const std::string& path, std::vector<Problem>& problems);

}  // namespace vigie
