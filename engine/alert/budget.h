#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "engine/store/store.h"

namespace vigie {

/// How many messages a receiver was sent on a day of its town's calendar: the note "budget/"
/// receiver "/". A receiver's own lane is the only one to change it.
class Budgets {
 public:
  using Note = std::pair<std::string, std::optional<std::string>>;

  explicit Budgets(const Store& store) : store_(store) {}

  /// `day`: "2026-10-14".
  std::uint32_t told_on(const std::string& day, const std::string& receiver) const;
  /// One more than that.
  Note one_more(const std::string& day, const std::string& receiver) const;

 private:
  const Store& store_;
};

}  // namespace vigie
