#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "connectors/registry.h"
#include "engine/app/commands.h"
#include "engine/core/clock.h"
#include "engine/core/json_writer.h"
#include "engine/core/verdict_json.h"

namespace vigie {
namespace {

/// Prints canonical mentions; counts what could not be read.
class Printer final : public MentionSink {
 public:
  void mention(const Mention& mention) override {
    if (is_wordless(mention)) {
      return reject(RejectReason::kMissingText, kWordless, mention.id);
    }
    const std::string line = mention_line(mention);
    std::fwrite(line.data(), 1, line.size(), stdout);
  }
  void reject(RejectReason reason, std::string_view detail, std::string_view) override {
    ++rejected_;
    const std::string_view word = to_string(reason);
    std::fprintf(stderr, "vigie: %.*s: %.*s\n", static_cast<int>(word.size()), word.data(),
                 static_cast<int>(detail.size()), detail.data());
  }
  int rejected() const { return rejected_; }

 private:
  int rejected_ = 0;
};

}  // namespace

int parse(const ParseOptions& options) {
  const MappingFactories formats = mappings();
  const auto format = formats.find(options.format);
  if (format == formats.end()) {
    std::fprintf(stderr, "vigie: there is no format '%s'; there are:", options.format.c_str());
    for (const auto& [name, make] : formats) {
      std::fprintf(stderr, " %s", name.c_str());
    }
    std::fputs("\n", stderr);
    return kUsage;
  }
  std::ifstream file;
  if (options.input != "-") {
    file.open(options.input, std::ios::binary);
  }
  std::istream& stream = options.input == "-" ? std::cin : file;
  const std::string bytes(std::istreambuf_iterator<char>(stream), {});
  if (stream.bad() || (options.input != "-" && !file.is_open())) {
    std::fprintf(stderr, "vigie: %s cannot be read\n", options.input.c_str());
    return kUsage;
  }
  auto origin = std::make_shared<Origin>();
  origin->connector_id = "parse";
  origin->format = options.format;
  origin->network = options.base_url.empty() ? "parse" : options.base_url;
  origin->base_url = options.base_url;
  Envelope envelope;
  envelope.origin = std::move(origin);
  envelope.bytes = Payload(std::string_view(bytes));
  envelope.received_at = SystemClock().now();
  Printer printer;
  format->second()->map(envelope, printer);
  return printer.rejected() == 0 ? kOk : kInputHadProblems;
}

}  // namespace vigie
