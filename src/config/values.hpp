#pragma once

#include "nubox/config/options.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nubox::config {

// Text to value; empty if the text as a whole is not such a value.
std::optional<std::int64_t> to_integer(const std::string& text);
std::optional<double> to_number(const std::string& text);
std::optional<bool> to_flag(const std::string& text);
std::optional<std::vector<std::int64_t>> to_integers(const std::string& text);
std::optional<std::vector<double>> to_numbers(const std::string& text);
std::vector<std::string> to_texts(const std::string& text);

/// @throws UsageError naming place, option and the accepted values
void check_value(const Option& option, const std::string& text, const std::string& place);

/// "a number from 0 to 2", "one of pm, cola", ...
std::string accepted_values(const Option& option);

}  // namespace nubox::config
