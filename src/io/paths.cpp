#include "nubox/io/paths.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>
#include <glob.h>
#include <string_view>

namespace nubox::io {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view wildcards = "*?[";
constexpr std::string_view blanks = " \t";

bool exists(const fs::path& path) {
  std::error_code failure;
  return fs::exists(path, failure);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The text with a backslash before each character that glob() would interpret.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (wildcards.find(c) != std::string_view::npos || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

/// Length of the leading components of a pattern that exist as they are written.
std::size_t literal_length(const std::string& pattern) {
  std::size_t literal = 0;
  for (std::size_t end = pattern.find('/', 1); end != std::string::npos;
       end = pattern.find('/', end + 1)) {
    if (!exists(pattern.substr(0, end))) break;
    literal = end;
  }
  return literal;
}

/// True if the name is that of a file, or of something in a directory whose own name has a comma (a
/// snapshot is named without its suffix).
bool is_name_with_comma(const std::string& name) {
  const std::string directory = fs::path(name).parent_path().string();
  return exists(name) || (directory.find(',') != std::string::npos && exists(directory));
}

/// A name of a list, and where the list goes on after the comma behind it.
struct Name {
  std::string text;
  std::size_t next;
};

Name quoted_name(const std::string& list, std::size_t quote) {
  const std::size_t close = std::min(list.find('"', quote + 1), list.size());
  return {list.substr(quote + 1, close - quote - 1),
          std::min(list.find(',', close), list.size()) + 1};
}

/// The shortest name from `start` on that exists, else the text up to the next comma.
Name plain_name(const std::string& list, std::size_t start) {
  constexpr int most_commas = 8;
  std::size_t comma = std::min(list.find(',', start), list.size());
  const Name first{std::string(trimmed(list.substr(start, comma - start))), comma + 1};
  if (has_wildcards(first.text) || exists(first.text)) return first;
  for (int i = 0; i < most_commas && comma < list.size(); ++i) {
    comma = std::min(list.find(',', comma + 1), list.size());
    std::string longer(trimmed(list.substr(start, comma - start)));
    if (is_name_with_comma(longer)) return {std::move(longer), comma + 1};
  }
  return first;
}

}  // namespace

bool has_wildcards(const std::string& name) {
  return !exists(name) && name.find_first_of(wildcards, literal_length(name)) != std::string::npos;
}

std::vector<fs::path> matching_paths(const std::string& pattern, const std::string& option) {
  if (exists(pattern)) return {pattern};
  glob_t found{};
  // GLOB_NOCHECK is not set: a pattern without a match is an error, not a name.
  const std::size_t literal = literal_length(pattern);
  const std::string expression = escaped(pattern.substr(0, literal)) + pattern.substr(literal);
  const int code = glob(expression.c_str(), 0, nullptr, &found);
  std::vector<fs::path> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  if (code != 0 || paths.empty()) throw InputError("{}: nothing matches '{}'", option, pattern);
  return paths;
}

std::vector<std::string> split_path_list(const std::string& list) {
  std::vector<std::string> names;
  for (std::size_t start = 0; start < list.size();) {
    const std::size_t first = list.find_first_not_of(blanks, start);
    const bool quoted = first != std::string::npos && list[first] == '"';
    Name name = quoted ? quoted_name(list, first) : plain_name(list, start);
    names.push_back(std::move(name.text));
    start = name.next;
  }
  return names;
}

std::vector<fs::path> expand_paths(const std::string& list, const std::string& option) {
  std::vector<fs::path> paths;
  for (const std::string& name : split_path_list(list)) {
    if (has_wildcards(name)) {
      const auto found = matching_paths(name, option);
      paths.insert(paths.end(), found.begin(), found.end());
    } else {
      paths.emplace_back(name);
    }
  }
  return paths;
}

}  // namespace nubox::io
