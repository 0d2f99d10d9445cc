#include <cstdio>
#include <optional>

#include "engine/access/audit_trail.h"
#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/config.h"

namespace vigie {

int audit_verify(const AuditVerifyOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Config> config = read_config(options.config, problems);
  if (!config) {
    return usage(problems);
  }
  std::optional<AuditMark> remembered;
  if (!options.mark.empty() && !(remembered = parse_audit_mark(options.mark))) {
    return usage("--mark is NUMBER:CODE, as the log and this command write it");
  }
  const Result<AuditReview> review = review_audit(config->data_directory, remembered);
  if (!review) {
    return failed(review.error());
  }
  for (const AuditReview::Flaw& flaw : review->flaws) {
    const std::string line = flaw.line == 0 ? "" : ":" + std::to_string(flaw.line);
    std::fprintf(stderr, "audit%s%s%s: %s\n", flaw.file.empty() ? "" : "/", flaw.file.c_str(),
                 line.c_str(), flaw.text.c_str());
  }
  std::printf("%llu entries", static_cast<unsigned long long>(review->entries));
  if (review->entries != 0) {
    std::printf(", %s to %s, mark %s", review->first_at.c_str(), review->last_at.c_str(),
                to_string(review->head).c_str());
  }
  std::printf(": %s\n", review->flaws.empty() ? "nothing was changed" : "NOT as they were written");
  return review->flaws.empty() ? kOk : kInputHadProblems;
}

int audit_show(const AuditShowOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Config> config = read_config(options.config, problems);
  if (!config) {
    return usage(problems);
  }
  std::uint64_t shown = 0;
  const Result<void> read =
      read_audit(config->data_directory, 0, [&](std::uint64_t, std::string_view line) {
        std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
        return options.limit == 0 || ++shown < options.limit;
      });
  return read ? kOk : failed(read.error());
}

}  // namespace vigie
