#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// `text` with every @handle ("@mairie", "@marie@social.example") as asterisks after its '@': other
/// people's names are not shown to whoever may not reveal authors. Byte for byte as long as before,
/// so that evidence spans stay right. An e-mail address is not a handle.
std::string mask_handles(std::string_view text);

}  // namespace vigie
