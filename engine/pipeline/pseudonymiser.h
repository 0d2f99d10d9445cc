#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/core/catalogue.h"
#include "engine/core/finding.h"

namespace vigie {

/// A tenant's secret for naming authors without naming them.
using TenantKey = std::array<unsigned char, 32>;

/// HMAC-SHA256(tenant key, network · 0 · author id), cut to 128 bits. The keyed state of each
/// tenant is computed once. Any thread.
class Pseudonymiser {
 public:
  explicit Pseudonymiser(const std::vector<TenantKey>& keys);
  ~Pseudonymiser();
  Pseudonym name(TenantId tenant, std::string_view network, std::string_view author_id) const;

 private:
  struct Keyed;
  std::vector<Keyed> keyed_;
};

}  // namespace vigie
