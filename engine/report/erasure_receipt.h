#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/access/erasure_journal.h"
#include "engine/access/signing_key.h"
#include "engine/core/result.h"
#include "engine/core/time.h"
#include "engine/store/store.h"

namespace vigie {

/// What was done for somebody who asked to be forgotten. Holds neither who it was nor a pseudonym:
/// the number alone ties it to the request.
struct ReceiptFacts {
  std::string number, tenant, tenant_name;
  ErasureKind kind = ErasureKind::kErasure;
  Time requested_at{};
  Store::Erased erased;
};

/// While files are still being rewritten: what the store keeps of it.
std::string encode_receipt_facts(const ReceiptFacts& facts);
/// kCorrupt. kNotFound: it is a finished receipt already.
Result<ReceiptFacts> decode_receipt_facts(std::string_view bytes);
/// Whether receipt is still unfinished: its bytes are encode_receipt_facts()'s.
bool is_under_way(std::string_view bytes);

/// The finished receipt, one line: a JSON object, signed (sign_document()), whose member `text`
/// says in French what was done, for the person who asked. `backup_days`: how long backups live at
/// most.
std::string write_receipt(const ReceiptFacts& facts, Time files_rewritten_at,
                          std::uint32_t backup_days, const SigningKey& key);

}  // namespace vigie
