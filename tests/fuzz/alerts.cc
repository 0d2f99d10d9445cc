// Alerts as the store keeps them: what is read, written again, reads as the same.
#include "engine/access/audit_trail.h"
#include "engine/access/rights.h"
#include "engine/alert/alert.h"
#include "engine/core/check.h"
#include "engine/work/work.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(alerts) {
  if (const auto alert = parse_alert(bytes)) {
    const std::string json = to_json(*alert);
    const auto again = parse_alert(json);
    check(again && to_json(*again) == json, "an alert reads as it was written");
    Alert withdrawn = *alert;
    withdraw_words(withdrawn);
    check(withdrawn.quote.empty() || withdrawn.quote != alert->quote || alert->quote.empty(),
          "what was withdrawn is gone");
  }
  if (const auto mark = parse_audit_mark(bytes)) {
    check(parse_audit_mark(to_string(*mark)) == mark, "a mark");
  }
  const auto role = parse_role(bytes);
  check(!role || to_string(*role) == bytes, "a role is its name");
  const auto right = parse_right(bytes);
  check(!right || to_string(*right) == bytes, "a right is its name");
  const auto act = parse_work_act(bytes);
  check(!act || to_string(*act) == bytes, "an act is its name");
}

}  // namespace
}  // namespace vigie::fuzz
