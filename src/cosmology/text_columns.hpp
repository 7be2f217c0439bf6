#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace nubox::cosmology {

/// The words of a line between blanks, tabs and carriage returns.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view line);

/// Calls visit(line, words, where) for every line of `text` that has words; `where` names file and
/// line for messages.
void for_each_line(
    const std::string& text, const std::string& name,
    const std::function<void(const std::string& line, const std::vector<std::string_view>& words,
                             const std::string& where)>& visit);

/// The word as a finite number, also in the notations of Fortran: +1.5, 1.5D-03, 1.5-103.
/// @throws InputError that begins with `where` if it is not a number
[[nodiscard]] double number(std::string_view word, const std::string& where);

}  // namespace nubox::cosmology
