// A model file. Its digest is made right, so that what is behind it is read as well.
#include "engine/classify/model.h"

#include <sodium.h>

#include <array>
#include <string>

#include "engine/core/check.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

/// `head` without its last line, as a file whose last line says its digest.
std::string sealed(std::string_view head, std::string_view weights) {
  const std::string lines(head.substr(0, head.rfind('\n') + 1));
  const std::string all = lines + std::string(weights);
  std::array<unsigned char, crypto_hash_sha256_BYTES> code{};
  crypto_hash_sha256(code.data(), reinterpret_cast<const unsigned char*>(all.data()), all.size());
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), code.data(), code.size());
  return lines + "sha256 " + hex.data() + "\n\n" + std::string(weights);
}

VIGIE_FUZZ(model) {
  const auto check_model = [](std::string_view file) {
    const Result<Model> model = decode_model(file, "fr.model");
    if (!model) {
      check(!model.error().text.empty(), "a sentence");
      return;
    }
    const Result<Model> again = decode_model(encode_model(*model), "fr.model");
    check(again && again->words == model->words && again->characters == model->characters &&
              again->confidence_percent == model->confidence_percent &&
              again->language == model->language &&
              again->counts_by_kind() == model->counts_by_kind(),
          "a model reads as it was written");
    check(model->words.size() == std::size_t{1} << model->word_bits, "all of its weights");
  };
  check_model(bytes);
  const std::string_view head = take_until(bytes, "\n\n");
  // As many weights as the smallest models have: zeros behind what is there.
  for (const std::size_t buckets : {4U, 8U}) {
    std::string weights(bytes.substr(0, buckets * sizeof(HeadWeights)));
    weights.resize(buckets * sizeof(HeadWeights));
    check_model(sealed(head, weights));
  }
}

}  // namespace
}  // namespace vigie::fuzz
