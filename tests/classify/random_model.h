#pragma once

#include <cstdint>
#include <random>

#include "engine/classify/model.h"

namespace vigie {

/// Small tables full of random weights.
inline Model random_model(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Model model = plain_model();
  model.language = "fr";
  model.trained_on = "a test";
  model.word_bits = 7;
  model.character_bits = 6;
  model.words.resize(128);
  model.characters.resize(64);
  for (auto* table : {&model.words, &model.characters}) {
    for (HeadWeights& weights : *table) {
      for (std::int8_t& weight : weights) {
        weight = static_cast<std::int8_t>(random() % 255 - 127);
      }
    }
  }
  for (HeadScale& head : model.heads) {
    head = {0.37, 0.041, static_cast<std::int32_t>(random() % 400) - 200};
  }
  model.polarity = {0.63, 0.77, 0.21};
  return model;
}

}  // namespace vigie
