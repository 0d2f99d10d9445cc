// The sources that are nothing but a description of their JSON. The first line says which: the
// format's name (any other: that of the same place in the alphabet as its first letter).
#include <algorithm>
#include <vector>

#include "connectors/api_sources.h"
#include "connectors/meta_shapes.h"
#include "tests/fuzz/formats.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

std::vector<std::string> described() {
  std::vector<std::string> formats;
  for (const ApiSource& source : api_sources()) {
    formats.emplace_back(source.type);
  }
  for (const MetaSource& source : meta_sources()) {
    formats.emplace_back(source.type);
  }
  return formats;
}

VIGIE_FUZZ(json_sources) {
  static const std::vector<std::string> formats = described();
  const std::string_view name = take_line(bytes);
  const auto found = std::ranges::find(formats, name);
  const std::size_t letter = name.empty() ? 0 : static_cast<unsigned char>(name[0]);
  check_format(found == formats.end() ? formats[letter % formats.size()] : *found, bytes);
}

}  // namespace
}  // namespace vigie::fuzz
