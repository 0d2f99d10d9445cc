#include "engine/app/erasure_desk.h"

#include <utility>

#include "engine/core/json_writer.h"
#include "engine/report/erasure_receipt.h"

namespace vigie {

Result<std::unique_ptr<ErasureDesk>> ErasureDesk::open(const std::string& data_directory,
                                                       Parts parts) {
  Result<std::unique_ptr<ErasureJournal>> journal = ErasureJournal::open(data_directory);
  if (!journal) {
    return tl::make_unexpected(journal.error());
  }
  Result<SigningKey> key = SigningKey::open(data_directory);
  if (!key) {
    return tl::make_unexpected(key.error());
  }
  return std::unique_ptr<ErasureDesk>(
      new ErasureDesk(std::move(parts), std::move(*journal), std::move(*key)));
}

Result<std::string> ErasureDesk::erase(TenantId tenant, const AuthorWanted& wanted,
                                       ErasureKind kind) {
  const Result<Pseudonym> author = find_author(parts_.store, parts_.pseudonyms, tenant, wanted);
  if (!author) {
    return tl::make_unexpected(author.error());
  }
  const Time now = parts_.clock.now();
  const ErasureEntry entry{new_erasure_number(now), parts_.tenants[tenant].id, *author, now, kind};
  if (const Result<void> written = journal_->append(entry); !written) {
    return tl::make_unexpected(written.error());
  }
  parts_.on_writer([&](Store& store, const Store::Deleted& deleted) {
    ReceiptFacts facts{entry.number, entry.tenant, parts_.tenants[tenant].name, kind, now, {}};
    facts.erased = erase_author(store, tenant, entry, false, deleted);
    store.put_receipt(tenant, entry.number, now, encode_receipt_facts(facts));
  });
  return entry.number;
}

Result<bool> ErasureDesk::has_unfinished() const {
  for (TenantId tenant = 0; tenant < parts_.tenants.size(); ++tenant) {
    const auto receipts = parts_.store.receipts(tenant, "", ~std::size_t{0});
    if (!receipts) {
      return tl::make_unexpected(receipts.error());
    }
    for (const Store::Receipt& receipt : *receipts) {
      if (is_under_way(receipt.receipt)) {
        return true;
      }
    }
  }
  return false;
}

Result<void> ErasureDesk::finish(std::atomic<bool>& cancelled) {
  std::vector<std::pair<TenantId, Store::Receipt>> waiting;
  for (TenantId tenant = 0; tenant < parts_.tenants.size(); ++tenant) {
    auto receipts = parts_.store.receipts(tenant, "", ~std::size_t{0});
    if (!receipts) {
      return tl::make_unexpected(receipts.error());
    }
    for (Store::Receipt& receipt : *receipts) {
      if (is_under_way(receipt.receipt)) {
        waiting.emplace_back(tenant, std::move(receipt));
      }
    }
  }
  const std::uint64_t upto = parts_.store.unscrubbed();
  for (bool is_folding = true; is_folding && !cancelled;) {
    parts_.on_writer([&is_folding](Store& store, const Store::Deleted&) {
      is_folding = store.pack_some(Store::Fold::kOverlaid);
    });
  }
  if (Result<void> rewritten = parts_.store.scrub(cancelled); !rewritten) {
    return rewritten;
  }
  parts_.on_writer([upto](Store& store, const Store::Deleted&) { store.scrubbed(upto); });
  for (const auto& [tenant, receipt] : waiting) {
    if (Result<void> written = sign(tenant, receipt); !written) {
      return written;
    }
  }
  return {};
}

std::string ErasureDesk::describe(const Store::Receipt& receipt) {
  if (!is_under_way(receipt.receipt)) {
    return receipt.receipt;
  }
  std::string object;
  JsonWriter json(object);
  json.begin_object();
  json.key("number").value(receipt.number);
  json.key("state").value("under_way");
  json.key("requested_at").value(format_time(receipt.at));
  json.end_object();
  return object;
}

Result<void> ErasureDesk::sign(TenantId tenant, const Store::Receipt& waiting) {
  const Result<ReceiptFacts> facts = decode_receipt_facts(waiting.receipt);
  if (!facts) {
    return tl::make_unexpected(facts.error());
  }
  const std::string receipt = write_receipt(*facts, parts_.clock.now(), parts_.backup_days, key_);
  parts_.on_writer([&](Store& store, const Store::Deleted&) {
    store.put_receipt(tenant, waiting.number, waiting.at, receipt);
  });
  return {};
}

}  // namespace vigie
