#pragma once

#include <string>
#include <string_view>

namespace nubox {

/// The text as a terminal or a log can show it: control characters and bytes that are no UTF-8
/// become `\xNN`; line ends and tabs stay. For texts that quote files or command lines.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace nubox
