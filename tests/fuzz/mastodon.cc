// Mastodon's statuses, stream messages and raw server-sent events.
#include "tests/fuzz/formats.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(mastodon) { check_format("mastodon", bytes); }

}  // namespace
}  // namespace vigie::fuzz
