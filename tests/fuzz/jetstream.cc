// Bluesky's Jetstream, both versions.
#include "tests/fuzz/formats.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(jetstream) { check_format("jetstream", bytes); }

}  // namespace
}  // namespace vigie::fuzz
