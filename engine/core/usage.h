#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/time.h"

namespace vigie {

/// What went over the network to one source or host. Bytes are those of HTTP (header and body, as
/// they were on the wire), of WebSocket messages and of NATS; of TLS, TCP and IP nothing.
struct Traffic {
  std::uint64_t requests = 0;  ///< sent, or for pushes received
  std::uint64_t bytes_received = 0, bytes_sent = 0;

  void add(const Traffic& more);
  bool operator==(const Traffic&) const = default;
};

/// Counts the traffic of one source by the hosts that it talks to. Written on the ingest thread,
/// read anywhere.
class TrafficMeter {
 public:
  /// Beyond these, hosts count as "(others)".
  static constexpr std::size_t kMaxHosts = 50;
  static constexpr std::string_view kOtherHosts = "(others)";

  struct Reading {
    Traffic total;
    std::map<std::string, Traffic, std::less<>> hosts;
  };

  void count(std::string_view host, const Traffic& traffic);
  /// Of what others push: nobody was contacted.
  void count_push(std::size_t bytes);
  Reading read() const;

 private:
  mutable std::mutex mutex_;
  Reading now_;
};

/// What one source cost on one day (UTC), and what came of it.
struct SourceUse {
  std::string source;  ///< a connector's id
  Day day = 0;
  Traffic traffic;
  std::uint64_t reads = 0;                       ///< posts that the source gave, new to us or not
  std::uint64_t kept = 0;                        ///< of these: new, and kept by at least one tenant
  std::uint64_t micro_euros = 0;                 ///< for the reads, by the price of their day
  std::map<std::string, std::uint64_t> kept_by;  ///< copies, by the tenant's id
};

/// A source's cost, or a part of it.
struct CostShare {
  std::uint64_t micro_euros = 0, reads = 0, requests = 0, bytes = 0;  ///< bytes: both directions

  void add(const CostShare& more);
  bool operator==(const CostShare&) const = default;
};

/// Who a source's cost falls to.
struct CostSplit {
  CostShare total, unkept;
  std::map<std::string, CostShare> tenants;

  void add(const CostSplit& more);
};

/// The rule: of a day's cost, the part `reads - kept` of `reads` is unkept: it brought nothing that
/// anybody keeps (all of it, where nothing was read). The rest is the tenants', in proportion to
/// the mentions that each of them keeps of it. Whole numbers, by largest remainders, so that the
/// parts are exactly the total.
CostSplit split_cost(const SourceUse& use);

/// `total` in whole parts in proportion to `weights`, by largest remainders (of equal ones the
/// first gets more). All zero: everything to the first.
std::vector<std::uint64_t> split_in_proportion(std::uint64_t total,
                                               std::span<const std::uint64_t> weights);

}  // namespace vigie
