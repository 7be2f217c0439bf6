#include "config/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace nubox::config {
namespace {

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::size_t distance(const std::string& typed, const std::string& name) {
  return name.starts_with(typed) ? 1 : edit_distance(typed, name);
}

/// Names that are further away have little in common with what was typed.
std::size_t farthest(const std::string& typed) {
  return std::max<std::size_t>(1, typed.size() / 3);
}

/// The option of `options` with the closest key, or nullptr.
const Option* nearest_key(const std::string& typed, const std::vector<const Option*>& options) {
  const Option* nearest = nullptr;
  std::size_t least = farthest(typed) + 1;
  for (const Option* option : options) {
    const std::size_t found = distance(typed, option->key);
    if (found < least) std::tie(nearest, least) = std::pair(option, found);
  }
  return nearest;
}

}  // namespace

std::string nearest_name(const std::string& typed, std::span<const std::string> names) {
  return *std::ranges::min_element(names, {},
                                   [&](const std::string& name) { return distance(typed, name); });
}

std::string nearest_option(const std::string& typed, const std::string& own_section) {
  std::vector<std::string> names;
  for (const bool own : {true, false}) {
    for (const Option& option : option_table()) {
      if ((option.section == own_section) == own) names.push_back(option.name());
    }
  }
  return nearest_name(typed, names);
}

std::string nearest_typed(const Command& command, const std::string& typed) {
  if (typed.find('.') != std::string::npos) return "--" + nearest_option(typed, command.name);
  std::vector<const Option*> own, others;
  for (const Option& option : option_table()) {
    if (!command.reads(option)) continue;
    (option.section == command.name ? own : others).push_back(&option);
  }
  // The exact key of another section is closer than a similar one of the own section.
  const auto exact = std::ranges::find(others, typed, &Option::key);
  if (exact != others.end()) return "--" + (*exact)->name();
  if (const Option* nearest = nearest_key(typed, own)) return "--" + nearest->key;
  if (const Option* nearest = nearest_key(typed, others)) return "--" + nearest->name();
  return "--" + nearest_option(typed, command.name);
}

}  // namespace nubox::config
