// Frames made with a dictionary: bounded, and what was packed comes out.
#include <zdict.h>
#include <zstd.h>

#include <string>
#include <utility>
#include <vector>

#include "connectors/zstd_frames.h"
#include "engine/core/check.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

constexpr std::size_t kMost = 64 << 10;

/// A structured dictionary, made here: of words that a stream would repeat.
std::string dictionary() {
  std::string samples, content;
  std::vector<std::size_t> sizes;
  for (int i = 0; i < 200; ++i) {
    const std::string sample = "{\"did\":\"did:plc:" + std::to_string(i * 7919) +
                               "\",\"kind\":\"commit\",\"text\":\"bonjour " + std::to_string(i) +
                               "\"}";
    samples += sample;
    sizes.push_back(sample.size());
  }
  content = samples.substr(0, 2048);
  std::string made(8192, '\0');
  ZDICT_params_t params{};
  params.dictID = 42;
  const std::size_t size = ZDICT_finalizeDictionary(made.data(), made.size(), content.data(),
                                                    content.size(), samples.data(), sizes.data(),
                                                    static_cast<unsigned>(sizes.size()), params);
  check(ZDICT_isError(size) == 0, "a dictionary is made");
  made.resize(size);
  return made;
}

VIGIE_FUZZ(zstd) {
  static const std::string words = dictionary();
  static ZstdFrames frames = std::move(ZstdFrames::make(words).value());
  check(frames.dictionary_id() == 42, "it has the number it was given");
  if (const auto text = frames.inflate(bytes, kMost)) {
    check(text->size() <= kMost, "no bomb");
  }
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  packed.resize(ZSTD_compress_usingDict(context, packed.data(), packed.size(), bytes.data(),
                                        bytes.size(), words.data(), words.size(), 1));
  ZSTD_freeCCtx(context);
  const auto text = frames.inflate(packed, kMost);
  check(bytes.size() > kMost ? !text : text && *text == bytes, "what was packed comes out");
  check(!ZstdFrames::make(bytes) || bytes.size() > 8, "not everything is a dictionary");
}

}  // namespace
}  // namespace vigie::fuzz
