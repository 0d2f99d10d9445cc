#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "engine/app/engine.h"
#include "engine/core/result.h"
#include "engine/web/explore.h"

namespace vigie {

/// Answers what /api/v1/tenants/{tenant}/explore asks. Takes up to seconds: not for a thread that
/// others wait for. The engine outlives it.
class ExploreDesk {
 public:
  /// How long one answer looks at mentions; of a CSV file, longer.
  static constexpr std::chrono::seconds kLookTime{2}, kCsvTime{5};

  explicit ExploreDesk(Engine& engine) : engine_(engine) {}

  /// See ApiParts::explore. kInvalidInput: a rule cannot be made of it; the text says why.
  Result<ExploreAnswer> answer(TenantId tenant, const ExploreQuestion& question) const;

 private:
  Result<ExploreAnswer> draft(TenantId tenant, const ExploreQuestion& question) const;

  Engine& engine_;
};

}  // namespace vigie
