#include "engine/access/action_links.h"

#include <sodium.h>

#include <charconv>
#include <optional>
#include <vector>

#include "engine/access/secret.h"
#include "engine/core/check.h"

namespace vigie {
namespace {

static_assert(std::tuple_size_v<ActionLinks::Key> == crypto_kdf_KEYBYTES &&
              std::tuple_size_v<ActionLinks::Key> == crypto_auth_KEYBYTES);

constexpr char kContext[] = "viglinks";  // crypto_kdf: 8 bytes
constexpr std::uint64_t kSubkey = 1;
constexpr std::size_t kMaxTokenBytes = 1'000;

std::string mac_of(std::string_view payload, const ActionLinks::Key& key) {
  std::string mac(crypto_auth_BYTES, '\0');
  crypto_auth(reinterpret_cast<unsigned char*>(mac.data()),
              reinterpret_cast<const unsigned char*>(payload.data()), payload.size(), key.data());
  return mac;
}

std::vector<std::string_view> pieces_of(std::string_view payload) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t bar = payload.find('|');
    pieces.push_back(payload.substr(0, bar));
    if (bar == payload.npos) {
      return pieces;
    }
    payload.remove_prefix(bar + 1);
  }
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number)
                                                                  : std::nullopt;
}

std::string payload_of(const ActionLink& link) {
  const auto expires =
      std::chrono::floor<std::chrono::seconds>(link.expires_at.time_since_epoch()).count();
  return "1|" + link.tenant + "|" + std::to_string(link.alert) + "|" +
         std::to_string(static_cast<int>(link.action)) + "|" + std::to_string(expires) + "|" +
         link.receiver;
}

tl::unexpected<Error> not_ours() {
  return fail(ErrorCode::kRefused, "this link was not made here");
}

}  // namespace

ActionLinks::ActionLinks(const std::map<std::string, Key, std::less<>>& secrets) {
  check(sodium_init() >= 0, "libsodium starts");
  for (const auto& [tenant, secret] : secrets) {
    Key key;
    crypto_kdf_derive_from_key(key.data(), key.size(), kSubkey, kContext, secret.data());
    keys_.emplace(tenant, key);
  }
}

std::string ActionLinks::token(const ActionLink& link) const {
  const auto key = keys_.find(link.tenant);
  if (key == keys_.end()) {
    return {};
  }
  const std::string payload = payload_of(link);
  return to_base64url(payload) + "." + to_base64url(mac_of(payload, key->second));
}

Result<ActionLink> ActionLinks::read(std::string_view token, Time now) const {
  const std::size_t dot = token.find('.');
  if (dot == token.npos || token.size() > kMaxTokenBytes) {
    return not_ours();
  }
  const std::optional<std::string> payload = from_base64url(token.substr(0, dot));
  const std::optional<std::string> mac = from_base64url(token.substr(dot + 1));
  if (!payload || !mac || mac->size() != crypto_auth_BYTES) {
    return not_ours();
  }
  const std::vector<std::string_view> pieces = pieces_of(*payload);
  const auto key = pieces.size() == 6 ? keys_.find(pieces[1]) : keys_.end();
  if (key == keys_.end() ||
      crypto_auth_verify(reinterpret_cast<const unsigned char*>(mac->data()),
                         reinterpret_cast<const unsigned char*>(payload->data()), payload->size(),
                         key->second.data()) != 0) {
    return not_ours();
  }
  const auto alert = number_of<std::uint64_t>(pieces[2]);
  const auto action = number_of<int>(pieces[3]);
  const auto expires = number_of<std::int64_t>(pieces[4]);
  if (pieces[0] != "1" || !alert || !action || !expires || *action < 0 ||
      *action > static_cast<int>(LinkAction::kMute)) {
    return not_ours();
  }
  ActionLink link{std::string(pieces[1]), *alert, static_cast<LinkAction>(*action),
                  std::string(pieces[5]), Time(std::chrono::seconds(*expires))};
  if (now >= link.expires_at) {
    return fail(ErrorCode::kNotFound, "this link has expired");
  }
  return link;
}

}  // namespace vigie
