#pragma once

#include <map>
#include <string_view>

namespace vigie::fuzz {

/// What is tried with any bytes: ends the process (core/check.h) where a property does not hold.
using Try = void (*)(std::string_view bytes);

/// Every target that this program is linked with, by name.
inline std::map<std::string_view, Try>& targets() {
  static std::map<std::string_view, Try> all;
  return all;
}

struct Target {
  Target(std::string_view name, Try attempt) { targets().emplace(name, attempt); }
};

/// The part of `bytes` before the first `border`; `bytes` keeps what is behind it.
inline std::string_view take_until(std::string_view& bytes, std::string_view border) {
  const std::size_t at = bytes.find(border);
  const std::string_view front = bytes.substr(0, at);
  bytes.remove_prefix(at == bytes.npos ? bytes.size() : at + border.size());
  return front;
}
inline std::string_view take_line(std::string_view& bytes) { return take_until(bytes, "\n"); }

}  // namespace vigie::fuzz

/// VIGIE_FUZZ(name) { … `bytes` … }: a target of that name; its corpus lies in corpus/name.
#define VIGIE_FUZZ(name)                                                \
  static void try_##name(std::string_view bytes);                       \
  static const ::vigie::fuzz::Target target_##name(#name, &try_##name); \
  static void try_##name([[maybe_unused]] std::string_view bytes)
