#include "connectors/zstd_frames.h"

#include <zstd.h>

#include "engine/core/check.h"

namespace vigie {
namespace {

constexpr std::size_t kPieceBytes = 64 << 10;

}  // namespace

struct ZstdFrames::State {
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{ZSTD_createDCtx(), &ZSTD_freeDCtx};
  std::uint32_t dictionary_id = 0;
};

Result<ZstdFrames> ZstdFrames::make(std::string_view dictionary) {
  auto state = std::make_unique<State>();
  check(state->context != nullptr, "zstd gives a context");
  state->dictionary_id = ZSTD_getDictID_fromDict(dictionary.data(), dictionary.size());
  const bool is_one = state->dictionary_id != 0 &&
                      ZSTD_isError(ZSTD_DCtx_loadDictionary(state->context.get(), dictionary.data(),
                                                            dictionary.size())) == 0;
  if (!is_one) {
    return fail(ErrorCode::kInvalidInput, "this is not a zstd dictionary");
  }
  return ZstdFrames(std::move(state));
}

ZstdFrames::ZstdFrames(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZstdFrames::~ZstdFrames() = default;
ZstdFrames::ZstdFrames(ZstdFrames&&) noexcept = default;
ZstdFrames& ZstdFrames::operator=(ZstdFrames&&) noexcept = default;

std::uint32_t ZstdFrames::dictionary_id() const { return state_->dictionary_id; }

Result<std::string> ZstdFrames::inflate(std::string_view frame, std::size_t max_bytes) {
  ZSTD_DCtx_reset(state_->context.get(), ZSTD_reset_session_only);
  std::string inflated;
  ZSTD_inBuffer in{frame.data(), frame.size(), 0};
  for (;;) {
    const std::size_t start = inflated.size();
    inflated.resize(start + kPieceBytes);
    ZSTD_outBuffer out{inflated.data() + start, kPieceBytes, 0};
    const std::size_t left = ZSTD_decompressStream(state_->context.get(), &out, &in);
    if (ZSTD_isError(left) != 0) {
      return fail(ErrorCode::kInvalidInput,
                  std::string("a compressed message cannot be read: ") + ZSTD_getErrorName(left));
    }
    inflated.resize(start + out.pos);
    if (inflated.size() > max_bytes) {
      return fail(ErrorCode::kRefused, "a message is larger than allowed");
    }
    if (left == 0) {
      return inflated;
    }
    if (in.pos == in.size && out.pos < kPieceBytes) {
      return fail(ErrorCode::kInvalidInput, "a compressed message is torn");
    }
  }
}

}  // namespace vigie
