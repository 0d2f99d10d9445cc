#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/settings.h"
#include "engine/match/rule.h"

namespace vigie {

/// Where a query stands, and which {names} it may use.
struct QueryContext {
  std::string file;
  int line = 0, column = 0;
  /// Lists and variables: what phrases may hold.
  std::function<bool(std::string_view name)> is_name;
  /// Whole conditions by name.
  const std::map<std::string, Condition>& macros;
  /// Of a query that is no part of a file: a problem's column is counted in the query itself, in
  /// bytes.
  bool counts_columns = false;
};

/// Reads the query language (rules/README.md) into the same tree that YAML conditions become.
///
///     query     = every { "OR" every }
///     every     = part { [ "AND" ] part }
///     part      = [ "NOT" ] together
///     together  = primary { ( "NEAR/n" | "ONEAR/n" | "SENTENCE" ) [ "NOT" ] primary }
///     primary   = "(" query ")" | phrase | "{macro}" | "/" RE2 "/" | name ":" value
///               | ( "title:" | "text:" ) primary
///
/// One problem, with the line of the query and a mark under the place, or a condition. Bounds:
/// 64 KiB; parentheses 50 deep; 20,000 conditions and 250 levels once macros are filled in; 100
/// words between neighbours.
std::optional<Condition> parse_query(std::string_view query, const QueryContext& context,
                                     std::vector<Problem>& problems);

}  // namespace vigie
