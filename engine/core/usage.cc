#include "engine/core/usage.h"

#include <algorithm>
#include <numeric>

namespace vigie {

void Traffic::add(const Traffic& more) {
  requests += more.requests;
  bytes_received += more.bytes_received;
  bytes_sent += more.bytes_sent;
}

void TrafficMeter::count(std::string_view host, const Traffic& traffic) {
  const std::scoped_lock lock(mutex_);
  now_.total.add(traffic);
  auto found = now_.hosts.find(host);
  if (found == now_.hosts.end()) {
    const bool has_room = now_.hosts.size() < kMaxHosts;
    found = now_.hosts.try_emplace(std::string(has_room ? host : kOtherHosts)).first;
  }
  found->second.add(traffic);
}

void TrafficMeter::count_push(std::size_t bytes) {
  const std::scoped_lock lock(mutex_);
  now_.total.add({1, bytes, 0});
}

TrafficMeter::Reading TrafficMeter::read() const {
  const std::scoped_lock lock(mutex_);
  return now_;
}

void CostShare::add(const CostShare& more) {
  micro_euros += more.micro_euros;
  reads += more.reads;
  requests += more.requests;
  bytes += more.bytes;
}

void CostSplit::add(const CostSplit& more) {
  total.add(more.total);
  unkept.add(more.unkept);
  for (const auto& [tenant, share] : more.tenants) {
    tenants[tenant].add(share);
  }
}

std::vector<std::uint64_t> split_in_proportion(std::uint64_t total,
                                               std::span<const std::uint64_t> weights) {
  __extension__ using Wide = unsigned __int128;
  std::vector<std::uint64_t> parts(weights.size());
  const Wide sum = std::accumulate(weights.begin(), weights.end(), Wide{0});
  if (weights.empty()) {
    return parts;
  }
  if (sum == 0) {
    parts.front() = total;
    return parts;
  }
  std::vector<std::pair<Wide, std::size_t>> remainders;
  std::uint64_t left = total;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Wide exact = Wide{total} * weights[i];
    parts[i] = static_cast<std::uint64_t>(exact / sum);
    left -= parts[i];
    remainders.emplace_back(exact % sum, i);
  }
  std::ranges::stable_sort(remainders, std::greater<>(), [](const auto& one) { return one.first; });
  for (std::size_t i = 0; i < left; ++i) {  // fewer than there are parts
    ++parts[remainders[i].second];
  }
  return parts;
}

CostSplit split_cost(const SourceUse& use) {
  CostSplit split;
  std::vector<std::uint64_t> copies;
  for (const auto& [tenant, kept] : use.kept_by) {
    copies.push_back(kept);
  }
  const std::uint64_t kept = use.kept_by.empty() ? 0 : std::min(use.kept, use.reads);
  const std::uint64_t unkept_and_kept[] = {use.reads - kept, kept};
  const auto divide = [&](std::uint64_t amount, std::uint64_t CostShare::*part) {
    split.total.*part = amount;
    const std::vector<std::uint64_t> halves = split_in_proportion(amount, unkept_and_kept);
    split.unkept.*part = halves[0];
    const std::vector<std::uint64_t> shares = split_in_proportion(halves[1], copies);
    for (std::size_t i = 0; const auto& [tenant, count] : use.kept_by) {
      split.tenants[tenant].*part = shares[i++];
    }
  };
  divide(use.micro_euros, &CostShare::micro_euros);
  divide(use.reads, &CostShare::reads);
  divide(use.traffic.requests, &CostShare::requests);
  divide(use.traffic.bytes_received + use.traffic.bytes_sent, &CostShare::bytes);
  return split;
}

}  // namespace vigie
