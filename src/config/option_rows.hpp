#pragma once

#include "nubox/config/options.hpp"

/// The rows of the option table, by topic. Columns: section, key, type, default, minimum, maximum,
/// choices, meaning.
namespace nubox::config {

inline constexpr auto integer = Type::integer;
inline constexpr auto number = Type::number;
inline constexpr auto flag = Type::flag;
inline constexpr auto text = Type::text;
inline constexpr auto choice = Type::choice;
inline constexpr auto integers = Type::integers;
inline constexpr auto numbers = Type::numbers;
inline constexpr auto texts = Type::texts;

/// Simulations and snapshots.
[[nodiscard]] std::vector<Option> box_options();
/// Priors, networks, training and prediction.
[[nodiscard]] std::vector<Option> network_options();
/// Statistics, benchmarks and checks.
[[nodiscard]] std::vector<Option> measure_options();

}  // namespace nubox::config
