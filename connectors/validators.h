#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// By what a poller tells whether a page is what it was.

/// ETag or Last-Modified as it is kept in a cursor: empty if it is longer than 1 KiB.
std::string kept_validator(std::string_view validator);

/// BLAKE2b, 128 bits, as hexadecimal digits.
std::string digest_of(std::string_view body);

}  // namespace vigie
