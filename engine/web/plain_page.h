#pragma once

#include <string>

#include "engine/web/http.h"

namespace vigie {

/// A page without script, for whoever follows a link from elsewhere. `title` and `text` are plain,
/// `rest` is HTML.
Response plain_page(unsigned status, bool is_english, const std::string& title,
                    const std::string& text, const std::string& rest = {});

}  // namespace vigie
