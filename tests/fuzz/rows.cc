// The other values of the store: damage is refused, what is read writes as itself.
#include "engine/access/author_identity.h"
#include "engine/core/check.h"
#include "engine/quality/weekly_sample.h"
#include "engine/report/erasure_receipt.h"
#include "engine/store/counts.h"
#include "engine/store/keys.h"
#include "engine/trend/term_sketch.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(rows) {
  if (const auto catalogue = decode_catalogue(bytes)) {
    std::string first, second;
    encode_catalogue(*catalogue, first);
    const auto again = decode_catalogue(first);
    check(again.has_value(), "a catalogue that is written is read");
    encode_catalogue(*again, second);
    check(first == second, "as it was written");
  }
  const std::string key = number_key("", std::uint64_t{9}) + "mail";
  if (const auto delivery = decode_delivery(key, bytes)) {
    const auto again = decode_delivery(key, encode_delivery(*delivery));
    check(again && again->alert == 9 && again->receiver == "mail" &&
              again->next_at == delivery->next_at && again->attempts == delivery->attempts &&
              again->purpose == delivery->purpose && again->last_error == delivery->last_error,
          "a delivery");
  }
  if (const auto sketch = TermSketch::decode(bytes)) {
    check(sketch->terms().size() <= TermSketch::kMaxTerms, "a sketch is bounded");
    const auto again = TermSketch::decode(sketch->encode());
    check(again && again->mentions() == sketch->mentions() &&
              again->terms().size() == sketch->terms().size(),
          "a sketch");
  }
  if (const auto sample = decode_sample(2, bytes)) {
    const auto again = decode_sample(2, encode_sample(*sample));
    check(again && encode_sample(*again) == encode_sample(*sample), "a sample");
  }
  if (is_under_way(bytes)) {
    if (const auto facts = decode_receipt_facts(bytes)) {
      check(decode_receipt_facts(encode_receipt_facts(*facts)).has_value(), "a receipt");
    }
  }
  parse_identity(bytes);
  RefKey ref;
  check(parse_ref_key(bytes, ref) == (bytes.size() >= kRefKeySize), "a key ends in a place");
  std::string sum(16, '\0');
  const bool fits = add_counts(sum, bytes);
  check(fits == (bytes.size() % 8 == 0), "counts are whole numbers");
  for (std::size_t i = 0; fits && i < bytes.size() / 8; ++i) {
    check(count_at(sum, i) == count_at(bytes, i), "nothing and something is something");
  }
}

}  // namespace
}  // namespace vigie::fuzz
