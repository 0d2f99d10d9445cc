#include "engine/app/privacy_files.h"

#include "engine/core/clock.h"
#include "engine/report/author_file.h"
#include "engine/report/evidence.h"

namespace vigie {

Result<std::string> make_access_file(const PrivacyParts& parts, TenantId tenant,
                                     const AuthorWanted& wanted) {
  const Result<Pseudonym> author = find_author(parts.store, parts.pseudonyms, tenant, wanted);
  if (!author) {
    return tl::make_unexpected(author.error());
  }
  const auto identities = identities_of(parts.store, tenant, *author);
  return identities ? author_file(parts.store, tenant, parts.config.tenants[tenant], *author,
                                  *identities, parts.now)
                    : tl::make_unexpected(identities.error());
}

Result<std::string> make_evidence(const PrivacyParts& parts, const MentionRef& ref,
                                  const std::string& by) {
  const Result<std::optional<StoredMention>> stored = parts.store.mention(ref);
  if (!stored) {
    return tl::make_unexpected(stored.error());
  }
  if (!*stored) {
    return fail(ErrorCode::kNotFound, "there is no such mention");
  }
  EvidenceFacts facts{by, VIGIE_VERSION, parts.now, ""};
  const Result<void> read =
      read_audit(parts.config.data_directory, 0, [&facts](std::uint64_t, std::string_view line) {
        facts.audit_line = line;
        return false;
      });
  if (!read && read.error().code != ErrorCode::kNotFound) {
    return tl::make_unexpected(read.error());
  }
  return write_evidence(**stored, parts.config.tenants[ref.tenant], facts, parts.key);
}

Result<void> note_in_audit(const Config& config, const AuditEntry& entry) {
  const SystemClock clock;
  const auto trail = AuditTrail::open(config.data_directory, clock);
  return trail ? (*trail)->append(entry) : tl::make_unexpected(trail.error());
}

}  // namespace vigie
