#pragma once

#include "nubox/core/error.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

namespace nubox::io {

using AttributeValue = std::variant<std::int64_t, double, std::string>;
/// Attributes of an HDF5 object, by name. T below is one of the three types of a value.
using Attributes = std::map<std::string, AttributeValue>;

/// The value of an attribute; none where it is missing or has another type.
template <class T>
[[nodiscard]] std::optional<T> find(const Attributes& attributes, const std::string& name) {
  const auto found = attributes.find(name);
  const T* value = found == attributes.end() ? nullptr : std::get_if<T>(&found->second);
  return value == nullptr ? std::nullopt : std::optional<T>(*value);
}

/// The value of an attribute that must exist.
/// @throws InputError naming `where`, the attribute, and whether it is missing or of another type
template <class T>
[[nodiscard]] T require(const Attributes& attributes, const std::string& name,
                        const std::string& where) {
  if (auto value = find<T>(attributes, name)) return *std::move(value);
  throw InputError("{}: attribute '{}' {}", where, name,
                   attributes.contains(name) ? "has the wrong type" : "is missing");
}

/// As require(), and removes the attribute.
template <class T>
[[nodiscard]] T take(Attributes& attributes, const std::string& name, const std::string& where) {
  T value = require<T>(attributes, name, where);
  attributes.erase(name);
  return value;
}

/// The first attribute, in the order of names, in which two sets differ: "steps is 24, not 30";
/// empty if they are equal.
[[nodiscard]] std::string first_difference(const Attributes& found, const Attributes& expected);

}  // namespace nubox::io
