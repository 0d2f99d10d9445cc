#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/core/time.h"

namespace vigie {

/// Time-based one-time passwords, RFC 6238: HMAC-SHA1, steps of 30 s, 6 digits: what every
/// authenticator app does. Pure.
namespace totp {

inline constexpr std::size_t kSecretBytes = 20;  ///< as RFC 4226 recommends

/// System randomness.
std::string make_secret();
/// Counted from 1970.
std::uint64_t step_of(Time time);
/// Decimal, with leading zeros; `digits` up to 9.
std::string code_of(std::string_view secret, std::uint64_t step, int digits = 6);
/// The step whose code it is, of those of now and one before or after; nothing if it is none of
/// them, or not after `last_used`: a code is good once.
std::optional<std::uint64_t> matching_step(std::string_view secret, std::string_view code,
                                           std::uint64_t now, std::uint64_t last_used);
/// RFC 4648, without padding: what people type into the app.
std::string to_base32(std::string_view bytes);
/// "otpauth://totp/Vigie:marie?secret=…&issuer=Vigie": what a QR code holds.
std::string enrolment_uri(std::string_view secret, std::string_view account);

}  // namespace totp
}  // namespace vigie
