#include "engine/store/pack.h"

#include "engine/store/bytes.h"

namespace vigie {
namespace {
constexpr std::uint8_t kPackFormat = 2;
}

void PackWriter::start(std::uint32_t generation, std::uint64_t first_sequence) {
  body_.clear();
  generation_ = generation;
  count_ = 0;
  last_ = first_sequence;
}

void PackWriter::add(std::uint64_t sequence, std::string_view record) {
  put_varint(body_, sequence - last_);
  put_text(body_, record);
  last_ = sequence;
  ++count_;
}

std::string_view PackWriter::finish() {
  bytes_.assign(1, static_cast<char>(kPackFormat));
  put_varint(bytes_, generation_);
  put_varint(bytes_, count_);
  bytes_ += body_;
  return bytes_;
}

Result<void> read_pack(std::string_view bytes, std::uint64_t first_sequence, Pack& pack) {
  ByteReader in(bytes);
  pack.records.clear();
  const std::uint8_t format = in.byte();
  if (in.ok() && format > kPackFormat) {
    return fail(ErrorCode::kTooNew, "a pack of mentions was written by a newer Vigie");
  }
  pack.generation = in.natural<std::uint32_t>();
  std::uint64_t sequence = first_sequence;
  for (std::uint64_t left = in.varint(); in.ok() && left > 0; --left) {
    sequence += in.varint();
    pack.records.push_back({sequence, in.text()});
  }
  if (!in.done() || pack.records.empty() || format != kPackFormat) {
    return fail(ErrorCode::kCorrupt, "a pack of mentions cannot be read: its bytes are damaged");
  }
  return {};
}

}  // namespace vigie
