#pragma once

#include "nubox/config/config.hpp"
#include "nubox/core/error.hpp"

#include <initializer_list>
#include <utility>

namespace nubox::app {

/// Value of an option that takes one of the names in the option table. Rank-local.
/// @throws UsageError for a name without a value
template <class Value>
[[nodiscard]] Value chosen(const config::Config& config, const char* key,
                           std::initializer_list<std::pair<const char*, Value>> values) {
  const std::string name = config.text(key);
  for (const auto& [known, value] : values) {
    if (name == known) return value;
  }
  throw UsageError("{} = {} is not a known name", key, name);
}

}  // namespace nubox::app
