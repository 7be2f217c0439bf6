#pragma once

#include "nubox/core/error.hpp"
#include "nubox/io/field_file.hpp"

#include <cstdint>
#include <string>
#include <type_traits>

namespace nubox::net {

/// A required attribute of a model file as text, double or non-negative integer. Rank-local.
/// @throws InputError if it is missing or of another kind
template <class T>
[[nodiscard]] T attribute(const io::Attributes& attributes, const std::string& name) {
  using Stored = std::conditional_t<std::is_integral_v<T>, std::int64_t, T>;
  const auto value = io::require<Stored>(attributes, name, "model file");
  if constexpr (std::is_unsigned_v<T>) {
    if (value < 0) throw InputError("attribute '{}' = {} is negative", name, value);
  }
  return static_cast<T>(value);
}

/// Calls `read`, whose errors about names and ranges are then those of a file and not of the user's
/// options. Rank-local. @throws InputError in place of UsageError
template <class Read>
[[nodiscard]] auto from_file(const Read& read) {
  try {
    return read();
  } catch (const UsageError& error) {
    throw InputError("{}", error.what());
  }
}

}  // namespace nubox::net
