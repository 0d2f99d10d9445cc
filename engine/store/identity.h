#pragma once

#include <string>
#include <string_view>

#include "engine/core/mention.h"

namespace vigie {

/// Appends who wrote as a worker hands it over, texts of store/bytes.h: id, name, address. JSON is
/// made of it only when it is sealed, once a day and author.
void encode_identity(const Author& author, std::string& out);

/// {"id":…,"name":…,"url":…} of what encode_identity() made.
std::string identity_json(std::string_view encoded);

}  // namespace vigie
