#include "engine/app/input.h"

#include <cerrno>
#include <cstring>

namespace vigie {

void Input::Close::operator()(std::FILE* file) const {
  if (file != stdin) {
    std::fclose(file);
  }
}

Result<Input> Input::open(const std::string& path) {
  std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    return fail(ErrorCode::kUnavailable, path + ": " + std::strerror(errno));
  }
  return Input(file);
}

Result<std::optional<Payload>> Input::next() {
  for (;;) {
    if (std::optional<LineCutter::Piece> piece = cutter_.cut()) {
      return std::move(piece->bytes);
    }
    const std::span<char> room = cutter_.room();
    const std::size_t got = std::fread(room.data(), 1, room.size(), file_.get());
    cutter_.filled(got);
    if (got != 0) {
      continue;
    }
    if (std::ferror(file_.get()) != 0) {
      return fail(ErrorCode::kUnavailable, std::string("cannot be read: ") + std::strerror(errno));
    }
    if (std::optional<LineCutter::Piece> last = cutter_.rest()) {
      return std::move(last->bytes);
    }
    return std::optional<Payload>();
  }
}

}  // namespace vigie
