#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/alert/alert.h"
#include "engine/core/tenant.h"
#include "engine/core/time_span.h"
#include "engine/store/store.h"

namespace vigie {

/// What incidents of unusual volume are known by; no topic or rule is called so.
inline constexpr std::string_view kVolumeSubject = "surprise.volume";

/// Much more is being said than usually; or no longer.
struct VolumeNews {
  Time opened_at{}, at{};  ///< the incident's beginning; when this was found
  bool is_over = false;
  std::uint32_t mentions = 0, window_minutes = 0, authors = 0;
  double expected = 0;  ///< mentions in such a window
  double p = 1;
  bool has_baseline = true;  ///< else fixed thresholds decided
};

/// The alert that says so: figures instead of a quote, no mention of anybody's.
Alert describe(const Tenant& tenant, const VolumeNews& news, Time now);

/// Those that somebody was told of, oldest first, out of a tenant's newest 1000 alerts. Any thread.
Result<std::vector<TimeSpan>> volume_incidents(const Store& store, TenantId tenant);

}  // namespace vigie
