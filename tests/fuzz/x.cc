// Posts of X: pages, single ones, lines of a compliance job.
#include "tests/fuzz/formats.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(x) { check_format("x", bytes); }

}  // namespace
}  // namespace vigie::fuzz
