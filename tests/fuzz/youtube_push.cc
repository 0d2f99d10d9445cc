// The Atom that YouTube's hub pushes.
#include "tests/fuzz/formats.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(youtube_push) { check_format("youtube_push", bytes); }

}  // namespace
}  // namespace vigie::fuzz
