#pragma once

#include <memory>
#include <string>

#include "connectors/registry.h"
#include "tests/fuzz/mapped.h"

namespace vigie::fuzz {

inline std::unique_ptr<Mapping> new_mapping(const std::string& format) {
  static const MappingFactories factories = mappings();  // reads every description
  return factories.at(format)();
}

/// One Mapping a format, kept from one input to the next as a worker keeps it.
inline Mapping& mapping_of(const std::string& format) {
  static std::map<std::string, std::unique_ptr<Mapping>> made;
  std::unique_ptr<Mapping>& mapping = made[format];
  if (!mapping) {
    mapping = new_mapping(format);
  }
  return *mapping;
}

/// `bytes` as a source of that format sends them: a mapping that has read others' bytes before
/// gives what a new one gives.
inline void check_format(const std::string& format, std::string_view bytes,
                         const std::shared_ptr<const Settings>& settings = nullptr) {
  const Envelope envelope = envelope_of(bytes, format, settings);
  const CheckingSink kept = check_mapping(mapping_of(format), envelope);
  CheckingSink fresh;
  new_mapping(format)->map(envelope, fresh);
  check(kept.told() == fresh.told(), "what came before changes nothing");
}

}  // namespace vigie::fuzz
