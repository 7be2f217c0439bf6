#include "text_columns.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <sstream>

namespace nubox::cosmology {

namespace {

/// A number as from_chars reads it: without a leading +, and with the e of its exponent, for which
/// Fortran writes D, or nothing before three digits (1.2-105).
std::string in_c_notation(std::string_view word) {
  if (word.size() > 1 && word[0] == '+' && word[1] != '-' && word[1] != '+') word.remove_prefix(1);
  std::string text(word);
  for (char& letter : text) {
    if (letter == 'D' || letter == 'd') letter = 'e';
  }
  const std::size_t sign = text.find_last_of("+-");
  const bool digits_before =
      sign != std::string::npos && sign > 0 &&
      (std::isdigit(static_cast<unsigned char>(text[sign - 1])) != 0 || text[sign - 1] == '.');
  if (digits_before && text.find_first_of("eE") == std::string::npos) text.insert(sign, 1, 'e');
  return text;
}

}  // namespace

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
  const std::string text = in_c_notation(word);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    throw InputError("{}: '{}' is not a finite number", where, word);
  }
  return value;
}

}  // namespace nubox::cosmology
