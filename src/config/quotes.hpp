#pragma once

#include <sstream>
#include <string>
#include <string_view>

/// Values in double quotes: configuration files keep '#' and blanks at either end in them. A quote
/// inside a quoted value is doubled.
namespace nubox::config {

/// Stands for '#' in quotes while the INI parser, which knows no quotes, cuts comments off.
inline constexpr char hidden_hash = '\x01';

/// The text of a configuration file with every '#' in quotes replaced by `hidden_hash`.
[[nodiscard]] inline std::istringstream with_quoted_hashes_hidden(std::string text) {
  bool quoted = false, comment = false;
  for (char& c : text) {
    if (c == '\n') quoted = comment = false;
    if (c == '"' && !comment) quoted = !quoted;
    if (c == '#' && !quoted) comment = true;
    if (c == '#' && !comment) c = hidden_hash;
  }
  return std::istringstream(text);
}

/// True if the text is one quoted value: its first quote closes at its end.
[[nodiscard]] inline bool is_quoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] != '"') continue;
    if (text[i + 1] != '"' || i + 2 == text.size()) return false;
    ++i;
  }
  return true;
}

/// A value of a parsed file without its quotes.
[[nodiscard]] inline std::string unquoted(std::string_view text) {
  const bool quoted = is_quoted(text);
  if (quoted) text = text.substr(1, text.size() - 2);
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    value += text[i] == hidden_hash ? '#' : text[i];
    if (quoted && text[i] == '"') ++i;
  }
  return value;
}

/// A value as a configuration file must hold it to be read back the same.
[[nodiscard]] inline std::string quoted_if_needed(const std::string& value) {
  const bool blank_ends = !value.empty() && (value.front() == ' ' || value.back() == ' ');
  if (value.find_first_of("#\"") == std::string::npos && !blank_ends) return value;
  std::string text = "\"";
  for (const char c : value) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + '"';
}

}  // namespace nubox::config
