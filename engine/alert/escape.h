#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// Foreign text on one line: control characters would end a line or a header, directional ones
/// would turn our own words around.
std::string one_line(std::string_view text);
/// What a person reads of something foreign: one line, masked handles as "@…".
std::string plain(std::string_view text);
/// Guillemets within our guillemets become “ ”.
std::string inner_quotes(std::string_view text);

/// For HTML's text and quoted attributes. Lines stay as they are: `plain` comes first.
std::string escape_html(std::string_view text);
/// For chats, each plain and calling nobody: chats take "@here" and "@all" for names even where
/// they are quoted.
std::string escape_slack(std::string_view text);
std::string escape_markdown(std::string_view text);
std::string escape_rocketchat(std::string_view text);

}  // namespace vigie
