#include "engine/classify/model.h"

#include <sodium.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

namespace vigie {
namespace {

constexpr std::string_view kMagic = "vigie-model ";
constexpr std::string_view kHashLine = "sha256 ";  // the last before the weights: of all else
constexpr std::size_t kMaxFileBytes = (2U << 20) + (64U << 10);  // 2^18 of each, and the header
constexpr std::int32_t kPlainNeutral = 139;

std::string hash_of(std::string_view bytes) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  char text[2 * sizeof hash + 1];
  sodium_bin2hex(text, sizeof text, hash, sizeof hash);
  return text;
}

/// The shortest text that reads back as the same number.
std::string exact(double number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

std::string weights_of(const Model& model) {
  std::string bytes;
  bytes.reserve((model.words.size() + model.characters.size()) * kHeads);
  for (const auto* table : {&model.words, &model.characters}) {
    for (const HeadWeights& weights : *table) {
      for (const std::int8_t weight : weights) {
        bytes.push_back(static_cast<char>(weight));
      }
    }
  }
  return bytes;
}

/// The line that says that a head counts by the kind of text.
std::string kind_line(std::size_t head) { return std::string(kHeadNames[head]) + "_of_posts"; }

/// The lines of text before the weights, by their first word.
class Header {
 public:
  static Result<Header> read(std::string_view text) {
    Header header;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = text.substr(0, end);
      const std::size_t space = std::min(line.find(' '), line.size());
      header.lines_[std::string(line.substr(0, space))] =
          line.substr(std::min(space + 1, line.size()));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return header;
  }

  bool has(const std::string& name) const { return lines_.contains(name); }
  std::string text(const std::string& name) const {
    const auto line = lines_.find(name);
    return line == lines_.end() ? std::string() : line->second;
  }
  /// The numbers of a line; false if there are not exactly so many, or one is not finite.
  bool numbers(const std::string& name, std::span<double> out) const {
    std::istringstream words(text(name));
    std::string word;
    for (double& number : out) {
      if (!(words >> word)) {
        return false;
      }
      const char* const end = word.data() + word.size();
      const auto read = std::from_chars(word.data(), end, number);
      if (read.ec != std::errc() || read.ptr != end || !std::isfinite(number)) {
        return false;
      }
    }
    return !(words >> word);
  }

 private:
  std::map<std::string, std::string> lines_;
};

bool read_whole(const Header& header, const std::string& name, double least, double most,
                double& out) {
  return header.numbers(name, {&out, 1}) && out >= least && out <= most && out == std::floor(out);
}

constexpr double kMaxBias = 10'000;

/// Of urgency and abuse: what tone is, aspects ask as well, and they know no kinds.
bool read_kinds(const Header& header, Model& model) {
  for (const Head cue : {Head::kUrgency, Head::kAbuse}) {
    const auto head = static_cast<std::size_t>(cue);
    if (header.has(kind_line(head))) {
      double bias = 0;
      if (!read_whole(header, kind_line(head), -kMaxBias, kMaxBias, bias)) {
        return false;
      }
      model.heads[head].by_kind = true;
      model.heads[head].post_bias = static_cast<std::int32_t>(bias);
    }
  }
  return true;
}

bool read_parameters(const Header& header, Model& model) {
  constexpr double kMaxPoints = 50, kMaxLexiconScale = 10;
  double word_bits = 0, character_bits = 0, percent = 0;
  if (!read_whole(header, "word_bits", Model::kMinBits, Model::kMaxBits, word_bits) ||
      !read_whole(header, "character_bits", Model::kMinBits, Model::kMaxBits, character_bits) ||
      !read_whole(header, "confidence_percent", 1, 1000, percent)) {
    return false;
  }
  model.word_bits = static_cast<unsigned>(word_bits);
  model.character_bits = static_cast<unsigned>(character_bits);
  model.confidence_percent = static_cast<std::int32_t>(percent);
  for (std::size_t head = 0; head < kHeads; ++head) {
    double scale[3];
    if (!header.numbers(std::string(kHeadNames[head]), scale)) {
      return false;
    }
    if (std::fabs(scale[0]) > kMaxPoints || std::fabs(scale[1]) > kMaxPoints ||
        std::fabs(scale[2]) > kMaxBias || scale[2] != std::floor(scale[2])) {
      return false;
    }
    model.heads[head] = {scale[0], scale[1], static_cast<std::int32_t>(scale[2])};
  }
  for (const auto& [name, lexicon] :
       {std::pair("lexicon_polarity", &model.polarity), {"lexicon_opinion", &model.opinion}}) {
    double scale[3];
    if (!header.numbers(name, scale)) {
      return false;
    }
    for (const double number : scale) {
      if (std::fabs(number) > kMaxLexiconScale) {
        return false;
      }
    }
    *lexicon = {scale[0], scale[1], scale[2]};
  }
  return true;
}

/// `head`: the lines, the last without its end.
bool is_as_written(std::string_view head, std::string_view weights) {
  const std::size_t last = head.rfind('\n') + 1;
  const std::string all = std::string(head.substr(0, last)).append(weights);
  return head.substr(last) == std::string(kHashLine) + hash_of(all);
}

void read_weights(std::string_view bytes, Model& model) {
  for (const auto& [table, bits] : {std::pair(&model.words, model.word_bits),
                                    std::pair(&model.characters, model.character_bits)}) {
    table->resize(std::size_t{1} << bits);
    std::memcpy(table->data(), bytes.data(), table->size() * sizeof(HeadWeights));
    bytes.remove_prefix(table->size() * sizeof(HeadWeights));
  }
}

}  // namespace

Model plain_model() {
  Model model;
  model.heads[static_cast<std::size_t>(Head::kOpinion)].bias = -kPlainNeutral;
  model.hash = "none";
  return model;
}

std::string encode_model(const Model& model) {
  const std::string weights = weights_of(model);
  std::ostringstream text;
  text << kMagic << (model.counts_by_kind() ? Model::kFormat : Model::kFormatWithoutKinds)
       << "\nlanguage " << model.language << "\ntrained_on " << model.trained_on << "\nword_bits "
       << model.word_bits << "\ncharacter_bits " << model.character_bits << "\nconfidence_percent "
       << model.confidence_percent << '\n';
  for (std::size_t head = 0; head < kHeads; ++head) {
    const HeadScale& scale = model.heads[head];
    text << kHeadNames[head] << ' ' << exact(scale.word_points) << ' '
         << exact(scale.character_points) << ' ' << scale.bias << '\n';
    if (scale.by_kind) {
      text << kind_line(head) << ' ' << scale.post_bias << '\n';
    }
  }
  for (const auto& [name, scale] :
       {std::pair("polarity", &model.polarity), {"opinion", &model.opinion}}) {
    text << "lexicon_" << name << ' ' << exact(scale->positive) << ' ' << exact(scale->negative)
         << ' ' << exact(scale->saturating) << '\n';
  }
  std::string head = text.str();
  head += std::string(kHashLine) + hash_of(head + weights) + "\n\n";
  return head + weights;
}

Result<Model> decode_model(std::string_view bytes, std::string_view name) {
  const auto refuse = [name](ErrorCode code, std::string_view why) {
    return fail(code, std::string(name) + ": " + std::string(why));
  };
  if (!bytes.starts_with(kMagic)) {
    return refuse(ErrorCode::kInvalidInput, "is not a model: it does not begin with 'vigie-model'");
  }
  std::uint32_t format = 0;
  const std::string_view after = bytes.substr(kMagic.size());
  const auto number = std::from_chars(after.data(), after.data() + after.size(), format);
  if (format < Model::kFormatWithoutKinds || format > Model::kFormat ||
      number.ptr == after.data() + after.size() || *number.ptr != '\n') {
    return refuse(format > Model::kFormat ? ErrorCode::kTooNew : ErrorCode::kInvalidInput,
                  "has format " + std::to_string(format) + "; this program reads formats " +
                      std::to_string(Model::kFormatWithoutKinds) + " to " +
                      std::to_string(Model::kFormat) +
                      ": train it anew, or take the program that "
                      "wrote it");
  }
  const std::size_t end = bytes.find("\n\n");
  if (end == bytes.npos) {
    return refuse(ErrorCode::kCorrupt, "is cut off before its weights");
  }
  const Result<Header> header = Header::read(bytes.substr(0, end));
  Model model;
  if (!read_parameters(*header, model) ||
      (format > Model::kFormatWithoutKinds && !read_kinds(*header, model))) {
    return refuse(ErrorCode::kCorrupt, "has a wrong or missing line before its weights");
  }
  const std::string_view weights = bytes.substr(end + 2);
  const std::size_t wanted =
      ((std::size_t{1} << model.word_bits) + (std::size_t{1} << model.character_bits)) *
      sizeof(HeadWeights);
  if (weights.size() != wanted) {
    return refuse(ErrorCode::kCorrupt,
                  "has " + std::to_string(weights.size()) + " bytes of weights instead of " +
                      std::to_string(wanted) + (weights.size() < wanted ? ": it is cut off" : ""));
  }
  if (!is_as_written(bytes.substr(0, end), weights)) {
    return refuse(ErrorCode::kCorrupt, "is damaged: it is not what was written");
  }
  read_weights(weights, model);
  model.language = header->text("language");
  model.trained_on = header->text("trained_on");
  model.hash = hash_of(bytes).substr(0, 16);
  return model;
}

Result<Model> read_model(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return fail(std::filesystem::exists(path) ? ErrorCode::kUnavailable : ErrorCode::kNotFound,
                path + ": cannot be read");
  }
  std::string bytes;
  char block[1 << 16];
  while (bytes.size() <= kMaxFileBytes &&
         (stream.read(block, sizeof block) || stream.gcount() > 0)) {
    bytes.append(block, static_cast<std::size_t>(stream.gcount()));
  }
  if (bytes.size() > kMaxFileBytes) {
    return fail(ErrorCode::kInvalidInput, path + ": is larger than a model may be (2 MiB)");
  }
  return decode_model(bytes, path);
}

std::string Models::hash() const {
  if (!french_.has_weights() && !english_.has_weights()) {
    return "none";
  }
  return hash_of(french_.hash + ' ' + english_.hash).substr(0, 16);
}

Result<Models> read_models(const std::string& directory) {
  Model models[2];
  const char* const languages[2] = {"fr", "en"};
  for (std::size_t i = 0; i < 2; ++i) {
    Result<Model> model = read_model(directory + '/' + languages[i] + ".model");
    if (!model && model.error().code != ErrorCode::kNotFound) {
      return tl::make_unexpected(model.error());
    }
    models[i] = model ? std::move(*model) : plain_model();
    if (model && models[i].language != languages[i]) {
      return fail(ErrorCode::kInvalidInput, directory + '/' + languages[i] +
                                                ".model: is a model of language '" +
                                                models[i].language + "'");
    }
  }
  return Models(std::move(models[0]), std::move(models[1]));
}

}  // namespace vigie
