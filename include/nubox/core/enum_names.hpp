#pragma once

#include "nubox/core/error.hpp"

#include <array>
#include <string>
#include <utility>

namespace nubox {

/// Names that the values of an enum have in options and files.
template <class Enum, std::size_t size>
using EnumNames = std::array<std::pair<Enum, const char*>, size>;

/// @throws InternalError if the table lacks the value
template <class Enum, std::size_t size>
[[nodiscard]] std::string name_in(const EnumNames<Enum, size>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  throw InternalError("value {} of an enum has no name", static_cast<int>(value));
}

/// @param what  kind of the value, for the message: "padding"
/// @throws UsageError for an unknown name; it lists the known ones
template <class Enum, std::size_t size>
[[nodiscard]] Enum value_in(const EnumNames<Enum, size>& names, const std::string& name,
                            const char* what) {
  std::string known_names;
  for (const auto& [value, known] : names) {
    if (known == name) return value;
    known_names += (known_names.empty() ? "" : ", ") + std::string(known);
  }
  throw UsageError("unknown {} '{}' ({})", what, name, known_names);
}

}  // namespace nubox
