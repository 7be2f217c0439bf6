#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nubox::cosmology {

/// The words of a line between blanks, tabs and carriage returns.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view line);

/// The word as a finite number.
/// @throws InputError that begins with `where` if it is none
[[nodiscard]] double number(std::string_view word, const std::string& where);

}  // namespace nubox::cosmology
