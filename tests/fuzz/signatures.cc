// How pushes prove who sent them: the first line is the header, the rest the body. Nothing that
// was not made with the secret is good; what was is, and no changed byte of it.
#include <chrono>
#include <string>

#include "connectors/hub_signature.h"
#include "connectors/signature.h"
#include "engine/access/action_links.h"
#include "engine/core/check.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

const std::string kSecret = "0123456789abcdef-secret";
const Time kNow = Time(std::chrono::seconds(1'792'000'000));

VIGIE_FUZZ(signatures) {
  const std::string_view header = take_line(bytes);
  const auto verdict = [&](std::string_view proof, std::string_view body) {
    return verify_signature(proof, body, {"another secret, 16 b", kSecret}, kNow,
                            std::chrono::seconds(300));
  };
  const std::string good = sign(bytes, kSecret, kNow);
  const std::string_view mac = std::string_view(good).substr(good.find("v1=") + 3);
  check(verdict(good, bytes) == SignatureVerdict::kGood, "what was signed is good");
  check(verdict(good, std::string(bytes) + " ") == SignatureVerdict::kWrong, "but not a byte more");
  check(verdict(header, bytes) != SignatureVerdict::kGood || header.find(mac) != header.npos,
        "nothing else is");
  check(verdict(std::string(header) + "," + good, bytes) != SignatureVerdict::kStale,
        "no other time is put before it");
  check(!hub_signature_fits(header, bytes, kSecret), "nobody guesses a hub's signature");
  const ActionLinks links({{"techniville", ActionLinks::Key{7}}});
  check(!links.read(header, kNow), "nor a link's");
  ActionLink link{"techniville", bytes.size(), LinkAction::kMute, "mail",
                  kNow + std::chrono::hours(1)};
  const std::string token = links.token(link);
  const auto back = links.read(token, kNow);
  check(back && back->alert == link.alert && back->receiver == "mail", "ours are known");
  check(!links.read(token + std::string(header.substr(0, 1)), kNow) || header.empty(), "as made");
}

}  // namespace
}  // namespace vigie::fuzz
