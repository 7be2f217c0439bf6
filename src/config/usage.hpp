#pragma once

#include "nubox/config/options.hpp"

#include <string>

namespace nubox::config {

/// "nubox predict [CONFIG.ini ...] [INPUT ...] [--option=value ...]"; of the program for an empty
/// name.
[[nodiscard]] std::string usage_line(const std::string& command);
/// " [INPUT ...]", or nothing for a command without inputs.
[[nodiscard]] std::string input_words(const Command& command);
/// How inputs and short names are given. One paragraph without line breaks.
[[nodiscard]] std::string usage_notes(const Command& command);

}  // namespace nubox::config
