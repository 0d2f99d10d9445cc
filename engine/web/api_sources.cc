// /api/v1/tenants/{tenant}/coverage and /api/v1/costs: what was seen of the sources, and what that
// cost; both also as CSV.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "engine/web/api_routes.h"
#include "engine/web/coverage_reader.h"
#include "engine/web/csv.h"

namespace vigie {
namespace {

using QueryField = RouteDescription::Field;

constexpr std::chrono::hours kMostHours{24 * 400};
constexpr std::chrono::hours kUsualCoverage{24};
constexpr std::chrono::hours kUsualCosts{24 * 30};
/// Of one source, the latest.
constexpr std::size_t kMaxIntervals = 1'000;

struct TimeRange {
  Time from{}, to{};
};

std::optional<TimeRange> read_range(const ApiParts& parts, const Request& request,
                                    std::chrono::hours usual) {
  bool valid = true;
  const std::optional<Time> from = time_field(request, "from", valid);
  const std::optional<Time> to = time_field(request, "to", valid);
  TimeRange range;
  range.to = to.value_or(parts.clock.now());
  range.from = from.value_or(range.to - usual);
  valid = valid && range.from < range.to && range.to - range.from <= kMostHours;
  return valid ? std::optional(range) : std::nullopt;
}

std::vector<QueryField> range_fields(std::string_view usual) {
  const std::string time = R"({"type":"string","format":"date-time"})";
  return {{"from", time, std::string(usual) + " before `to` if absent"},
          {"to", time, "End, not included; now if absent"}};
}

// ---- Coverage -----------------------------------------------------------------------------------

double seconds_of(microseconds length) { return static_cast<double>(length.count()) / 1e6; }

Result<std::vector<SourceCoverage>> read_range_coverage(const ApiParts& parts,
                                                        const Request& request,
                                                        const TimeRange& range) {
  Result<std::vector<SourceCoverage>> coverage =
      read_coverage(parts.store, range.from, range.to, parts.clock.now());
  if (coverage) {
    std::erase_if(*coverage, [&](const auto& one) {
      return !concerns(one.source, request.parameter("tenant"));
    });
  }
  if (coverage && parts.connectors) {
    for (const ConnectorHealth& connector : parts.connectors()) {
      if (!is_shown(connector, request.caller->grants)) {
        std::erase_if(*coverage, [&](const auto& one) { return one.source == connector.id; });
      }
    }
  }
  return coverage;
}

void write_share(std::string_view name, std::optional<double> share, JsonWriter& json) {
  json.key(name);
  share ? json.value(*share) : json.null();
}

/// Why it was not healthy, and for how long altogether; the longest first.
void write_reasons(const SourceCoverage& one, JsonWriter& json) {
  std::map<std::tuple<Sight, std::string, std::string>, microseconds> lengths;
  for (const CoverageInterval& interval : one.intervals) {
    if (interval.sight == Sight::kBlind || interval.sight == Sight::kPartial) {
      lengths[{interval.sight, interval.state, interval.reason}] += interval.to - interval.from;
    }
  }
  std::vector<std::pair<microseconds, const decltype(lengths)::key_type*>> longest;
  for (const auto& [reason, length] : lengths) {
    longest.emplace_back(length, &reason);
  }
  std::ranges::stable_sort(longest, std::greater<>(), [](const auto& each) { return each.first; });
  json.key("reasons").begin_array();
  for (const auto& [length, reason] : longest) {
    const auto& [sight, state, words] = *reason;
    json.begin_object().key("sight").value(to_string(sight)).key("state").value(state);
    json.key("reason").value(words).key("seconds").value(seconds_of(length)).end_object();
  }
  json.end_array();
}

void write_source(const SourceCoverage& one, JsonWriter& json) {
  json.begin_object().key("source").value(one.source);
  json.key("healthy_s").value(seconds_of(one.sums.clear));
  json.key("partial_s").value(seconds_of(one.sums.partial));
  json.key("blind_s").value(seconds_of(one.sums.blind));
  write_share("healthy_share", one.sums.share(one.sums.clear), json);
  write_reasons(one, json);
  const std::size_t hidden = one.intervals.size() - std::min(one.intervals.size(), kMaxIntervals);
  json.key("intervals").begin_array();
  for (const CoverageInterval& interval : std::span(one.intervals).subspan(hidden)) {
    json.begin_object().key("from").value(format_time(interval.from));
    json.key("to").value(format_time(interval.to));
    json.key("sight").value(to_string(interval.sight)).key("state").value(interval.state);
    json.key("reason").value(interval.reason).end_object();
  }
  json.end_array().key("more").value(hidden != 0).end_object();
}

Response show_coverage(const TimeRange& range, const std::vector<SourceCoverage>& sources) {
  const CoverageSums sums = sum_of(sources);
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("from").value(format_time(range.from));
  json.key("to").value(format_time(range.to));
  write_share("healthy_share", sums.share(sums.clear), json);
  write_share("partial_share", sums.share(sums.partial), json);
  json.key("sources").begin_array();
  for (const SourceCoverage& one : sources) {
    write_source(one, json);
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

Response save_coverage(const TimeRange&, const std::vector<SourceCoverage>& sources) {
  std::string body;
  append_csv_line({"source", "from", "to", "seconds", "sight", "state", "reason"}, body);
  for (const SourceCoverage& one : sources) {
    for (const CoverageInterval& interval : one.intervals) {
      const auto seconds =
          std::chrono::duration_cast<std::chrono::seconds>(interval.to - interval.from);
      append_csv_line({one.source, format_time(interval.from), format_time(interval.to),
                       std::to_string(seconds.count()), to_string(interval.sight), interval.state,
                       interval.reason},
                      body);
    }
  }
  return csv_response(std::move(body), "coverage.csv");
}

// ---- Costs --------------------------------------------------------------------------------------

struct SourceCosts {
  CostSplit split;
  Traffic traffic;
  std::uint64_t kept = 0;
  std::map<std::string, std::uint64_t> kept_by;
};

struct Costs {
  std::map<std::string, SourceCosts> sources;
  CostSplit all;
  std::map<std::string, std::uint64_t> kept_by;
};

/// Leaves what falls to those of `kept_by`, in sums, too.
void keep_only(const std::map<std::string, std::uint64_t>& kept_by, CostSplit& split) {
  std::erase_if(split.tenants, [&](const auto& share) { return !kept_by.contains(share.first); });
  split.unkept = split.total = {};
  for (const auto& [tenant, share] : split.tenants) {
    split.total.add(share);
  }
}

/// Takes out what other towns cost, unless the caller knows the sources of all.
void restrict_to(const Grants& caller, Costs& costs) {
  if (caller.may_engine_wide(Right::kReadSources) ||
      caller.may_in_every_tenant(Right::kReadSources)) {
    return;
  }
  const auto is_others = [&](const auto& kept) {
    return !caller.may(Right::kReadSources, kept.first);
  };
  for (auto& [name, source] : costs.sources) {
    std::erase_if(source.kept_by, is_others);
    keep_only(source.kept_by, source.split);
    source.traffic = {};
    source.kept = 0;
    for (const auto& [tenant, kept] : source.kept_by) {
      source.kept += kept;
    }
  }
  std::erase_if(costs.sources, [](const auto& source) { return source.second.kept == 0; });
  std::erase_if(costs.kept_by, is_others);
  keep_only(costs.kept_by, costs.all);
}

Result<Costs> read_costs(const ApiParts& parts, const Request& request, const TimeRange& range) {
  const Day end = day_of(range.to - microseconds(1)) + 1;
  const Result<std::vector<SourceUse>> uses = parts.store.usage(day_of(range.from), end);
  if (!uses) {
    return tl::make_unexpected(uses.error());
  }
  Costs costs;
  for (const SourceUse& use : *uses) {
    const CostSplit split = split_cost(use);
    SourceCosts& source = costs.sources[use.source];
    source.split.add(split);
    source.traffic.add(use.traffic);
    source.kept += use.kept;
    costs.all.add(split);
    for (const auto& [tenant, kept] : use.kept_by) {
      source.kept_by[tenant] += kept;
      costs.kept_by[tenant] += kept;
    }
  }
  restrict_to(request.caller->grants, costs);
  return costs;
}

/// "0.003500"
std::string euros(std::uint64_t micro_euros) {
  constexpr std::uint64_t kMillion = 1'000'000;
  const std::string parts = std::to_string(micro_euros % kMillion);
  return std::to_string(micro_euros / kMillion) + "." + std::string(6 - parts.size(), '0') + parts;
}

void write_share(std::string_view name, const CostShare& share, JsonWriter& json) {
  json.key(name).begin_object().key("euros").raw(euros(share.micro_euros));
  json.key("reads").value(share.reads).key("requests").value(share.requests);
  json.key("bytes").value(share.bytes).end_object();
}

void write_tenants(const CostSplit& split, const std::map<std::string, std::uint64_t>& kept_by,
                   JsonWriter& json) {
  json.key("tenants").begin_array();
  for (const auto& [tenant, share] : split.tenants) {
    json.begin_object().key("tenant").value(tenant).key("kept").value(kept_by.at(tenant));
    write_share("share", share, json);
    json.end_object();
  }
  json.end_array();
}

Response show_costs(const TimeRange& range, const Costs& costs) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("from").value(format_time(range.from));
  json.key("to").value(format_time(range.to));
  json.key("sources").begin_array();
  for (const auto& [source, its] : costs.sources) {
    json.begin_object().key("source").value(source).key("kept").value(its.kept);
    json.key("bytes_received").value(its.traffic.bytes_received);
    json.key("bytes_sent").value(its.traffic.bytes_sent);
    write_share("total", its.split.total, json);
    write_share("unkept", its.split.unkept, json);
    write_tenants(its.split, its.kept_by, json);
    json.end_object();
  }
  json.end_array();
  write_tenants(costs.all, costs.kept_by, json);
  write_share("unkept", costs.all.unkept, json);
  write_share("total", costs.all.total, json);
  json.end_object();
  return json_response(std::move(body));
}

void append_cost_line(std::string_view source, std::string_view tenant, std::string_view kept,
                      const CostShare& share, std::string& body) {
  append_csv_line({source, tenant, kept, euros(share.micro_euros), std::to_string(share.reads),
                   std::to_string(share.requests), std::to_string(share.bytes)},
                  body);
}

Response save_costs(const TimeRange&, const Costs& costs) {
  std::string body;
  append_csv_line({"source", "tenant", "mentions_kept", "euros", "reads", "requests", "bytes"},
                  body);
  for (const auto& [source, its] : costs.sources) {
    for (const auto& [tenant, share] : its.split.tenants) {
      append_cost_line(source, tenant, std::to_string(its.kept_by.at(tenant)), share, body);
    }
    append_cost_line(source, "(unkept)", "0", its.split.unkept, body);
  }
  return csv_response(std::move(body), "costs.csv");
}

/// Reads what was asked for and hands it to `show`.
template <class Read, class Show>
std::function<Response(const Request&)> answering(const SharedParts& parts,
                                                  std::chrono::hours usual, Read read, Show show) {
  return [parts, usual, read, show](const Request& request) {
    const std::optional<TimeRange> range = read_range(*parts, request, usual);
    if (!range) {
      return problem(400, "from and to are RFC 3339 times, from before to, at most 400 days");
    }
    const auto found = read(*parts, request, *range);
    return found ? show(*range, *found) : store_failed(found.error());
  };
}

/// The same as a JSON route, saved as a table.
Route api_csv(Right right, std::string pattern, std::string operation, std::string summary,
              std::vector<QueryField> fields, std::function<Response(const Request&)> handle) {
  Route route = api_get(right, std::move(pattern), std::move(operation), std::move(summary), "",
                        std::move(fields), std::move(handle));
  route.description.answers = {{200, "CSV (RFC 4180)", "", "text/csv; charset=utf-8"}};
  return route;
}

}  // namespace

std::vector<Route> source_routes(const SharedParts& parts) {
  const std::vector<QueryField> coverage = range_fields("A day"), costs = range_fields("30 days");
  const auto of_tenant = [&parts](const std::function<Response(const Request&)>& answer) {
    return for_tenant(parts,
                      [answer](TenantId, const Request& request) { return answer(request); });
  };
  return {
      api_get(Right::kReadSources, "/api/v1/tenants/{tenant}/coverage", "getCoverage",
              "When each source was seen, and when not and why", "Coverage", coverage,
              of_tenant(answering(parts, kUsualCoverage, read_range_coverage, show_coverage))),
      api_csv(Right::kReadSources, "/api/v1/tenants/{tenant}/coverage.csv", "saveCoverage",
              "The same as a table of intervals", coverage,
              of_tenant(answering(parts, kUsualCoverage, read_range_coverage, save_coverage))),
      api_get(Right::kReadSources, "/api/v1/costs", "getCosts",
              "What each source cost in whole UTC days, and what of it falls to each tenant; of "
              "others' "
              "tenants the caller sees nothing",
              "Costs", costs, answering(parts, kUsualCosts, read_costs, show_costs)),
      api_csv(Right::kReadSources, "/api/v1/costs.csv", "saveCosts",
              "The same as a table of source and tenant", costs,
              answering(parts, kUsualCosts, read_costs, save_costs)),
  };
}

}  // namespace vigie
