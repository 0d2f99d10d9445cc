#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/access/erasure_journal.h"
#include "engine/access/signing_key.h"
#include "engine/core/clock.h"
#include "engine/core/tenant.h"
#include "engine/pipeline/erasure.h"
#include "engine/store/store.h"

namespace vigie {

/// Forgets people: writes the request into the journal, has the writer remove everything, rewrites
/// the files, signs the receipt. Whatever interrupts it, the next start goes on. From any thread
/// that may block, one at a time.
class ErasureDesk {
 public:
  /// Has `purge` run where the store may be changed, and returns once it is durable.
  using OnWriter = std::function<void(std::function<void(Store&, const Store::Deleted&)> purge)>;
  struct Parts {
    Store& store;
    const Pseudonymiser& pseudonyms;
    const std::vector<Tenant>& tenants;
    const Clock& clock;
    std::uint32_t backup_days = 30;  ///< how long backups live at most
    OnWriter on_writer;
  };
  /// Opens journal and signing key in the data folder, or makes them.
  static Result<std::unique_ptr<ErasureDesk>> open(const std::string& data_directory, Parts parts);

  /// The request's number. When it returns nobody sees anything of the author any more, and nothing
  /// of theirs is taken in; files may hold bytes until finish(). Errors are find_author()'s, or the
  /// journal's.
  Result<std::string> erase(TenantId tenant, const AuthorWanted& wanted, ErasureKind kind);
  /// Whether a receipt waits for finish(); kCorrupt.
  Result<bool> has_unfinished() const;
  /// Rewrites the files, as long as that takes, and signs the receipts that waited for it.
  /// kUnavailable: the disk does not take it, or `cancelled` became true; all that is left is done
  /// next time.
  Result<void> finish(std::atomic<bool>& cancelled);
  /// A JSON object: the finished receipt, or that files are still being rewritten.
  static std::string describe(const Store::Receipt& receipt);
  const SigningKey& key() const { return key_; }

 private:
  ErasureDesk(Parts parts, std::unique_ptr<ErasureJournal> journal, SigningKey key)
      : parts_(std::move(parts)), journal_(std::move(journal)), key_(std::move(key)) {}
  Result<void> sign(TenantId tenant, const Store::Receipt& waiting);

  Parts parts_;
  std::unique_ptr<ErasureJournal> journal_;
  SigningKey key_;
};

}  // namespace vigie
