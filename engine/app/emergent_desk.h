#pragma once

#include <string>

#include "engine/app/engine.h"
#include "engine/core/result.h"
#include "engine/pipeline/emergent.h"

namespace vigie {

/// Answers what /api/v1/tenants/{tenant}/emergent asks, as JSON. Takes up to seconds: not for a
/// thread that others wait for. The engine outlives it.
class EmergentDesk {
 public:
  explicit EmergentDesk(Engine& engine);

  /// The study of the days [first, last] (schema EmergentStudy).
  Result<std::string> list(TenantId tenant, Day first, Day last) const;
  /// A group of that study as a rule draft, with tests and its backtest over the same days (schema
  /// EmergentDraft). kNotFound if the study has no such group.
  Result<std::string> draft(TenantId tenant, const std::string& group, Day first, Day last) const;

 private:
  EmergentSubject subject(TenantId tenant) const;

  Engine& engine_;
  std::string language_;
};

}  // namespace vigie
