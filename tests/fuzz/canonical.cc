// A canonical mention, NDJSON or an array of them. What is taken, written again, reads as the same.
#include <string>

#include "engine/parse/canonical.h"
#include "engine/parse/json_pieces.h"
#include "tests/fuzz/mapped.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

/// Each mention taken is written, read and written again.
class RoundTrip : public CheckingSink {
 public:
  void mention(const Mention& given) override {
    CheckingSink::mention(given);
    check(!given.id.empty() && !given.source.empty(), "what is stored has an id and a source");
    lines_ += mention_line(given);
  }
  const std::string& lines() const { return lines_; }

 private:
  std::string lines_;
};

VIGIE_FUZZ(canonical) {
  const auto mapping = make_canonical_mapping(Requirement::kIngest);
  const CheckingSink taken = check_mapping(*mapping, envelope_of(bytes, "canonical"));
  JsonPieces pieces(bytes);
  std::size_t count = 0;
  for (JsonPiece piece; pieces.next(piece);) {
    ++count;
  }
  check(taken.mentions + taken.rejects == count, "every piece is a mention or a dead letter");
  RoundTrip first, second;
  mapping->map(envelope_of(bytes, "canonical"), first);
  mapping->map(envelope_of(first.lines(), "canonical"), second);
  check(second.rejects == 0 && second.lines() == first.lines(), "it reads as it was written");
  const auto lenient = make_canonical_mapping(Requirement::kClassify);
  check(check_mapping(*lenient, envelope_of(bytes, "canonical")).mentions <= count, "no more");
}

}  // namespace
}  // namespace vigie::fuzz
