#include "text_columns.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

namespace nubox::cosmology {

std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  std::vector<std::string_view> words;
  for (std::size_t at = line.find_first_not_of(blanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(blanks, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(blanks, end);
  }
  return words;
}

void for_each_line(
    const std::string& text, const std::string& name,
    const std::function<void(const std::string& line, const std::vector<std::string_view>& words,
                             const std::string& where)>& visit) {
  std::istringstream lines(text);
  std::size_t line_number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++line_number;
    const auto words = words_of(line);
    if (!words.empty()) visit(line, words, fmt::format("{}, line {}", name, line_number));
  }
}

double number(std::string_view word, const std::string& where) {
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(value)) {
    throw InputError("{}: '{}' is not a finite number", where, word);
  }
  return value;
}

}  // namespace nubox::cosmology
