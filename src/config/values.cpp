#include "config/values.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/ranges.h>

namespace nubox::config {
namespace {

// Longest range in a list of integers: 1-1000000000 is a typing error.
constexpr std::int64_t longest_range = 1000000;

template <class T>
std::optional<T> whole_text_to(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::vector<double> elements(const Option& option, const std::string& text) {
  switch (option.type) {
    case Type::integer:
      return {static_cast<double>(*to_integer(text))};
    case Type::number:
      return {*to_number(text)};
    case Type::numbers:
      return text.empty() ? std::vector<double>() : *to_numbers(text);
    case Type::integers: {
      const auto integers = *to_integers(text);
      return {integers.begin(), integers.end()};
    }
    default:
      return {};
  }
}

bool well_typed(const Option& option, const std::string& text) {
  switch (option.type) {
    case Type::integer:
      return to_integer(text).has_value();
    case Type::number:
      return to_number(text).has_value();
    case Type::flag:
      return to_flag(text).has_value();
    case Type::integers:
      return to_integers(text).has_value();
    case Type::numbers:  // may be empty if that is the default
      return (text.empty() && option.default_value.empty()) || to_numbers(text).has_value();
    default:
      break;
  }
  const std::vector<std::string> given =
      option.type == Type::texts ? to_texts(text) : std::vector<std::string>{text};
  return option.choices.empty() ||
         std::all_of(given.begin(), given.end(), [&](const std::string& g) {
           return std::find(option.choices.begin(), option.choices.end(), g) !=
                  option.choices.end();
         });
}

}  // namespace

std::optional<std::int64_t> to_integer(const std::string& text) {
  return whole_text_to<std::int64_t>(text);
}

std::optional<double> to_number(const std::string& text) {
  const auto value = whole_text_to<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<bool> to_flag(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::vector<std::string> to_texts(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    const std::size_t first = std::min(text.find_first_not_of(" \t", start), comma);
    std::size_t last = comma;
    while (last > first && (text[last - 1] == ' ' || text[last - 1] == '\t')) --last;
    parts.push_back(text.substr(first, last - first));
    start = comma + 1;
  }
  return parts;
}

std::optional<std::vector<std::int64_t>> to_integers(const std::string& text) {
  std::vector<std::int64_t> all;
  for (const std::string& part : to_texts(text)) {
    const auto dash = part.find('-', 1);
    const auto first = to_integer(part.substr(0, dash));
    const auto last = dash == std::string::npos ? first : to_integer(part.substr(dash + 1));
    if (!first || !last || *last < *first || *last - *first > longest_range) return std::nullopt;
    for (std::int64_t i = *first; i <= *last; ++i) all.push_back(i);
  }
  return all.empty() ? std::nullopt : std::optional(all);
}

std::optional<std::vector<double>> to_numbers(const std::string& text) {
  std::vector<double> all;
  for (const std::string& part : to_texts(text)) {
    const auto value = to_number(part);
    if (!value) return std::nullopt;
    all.push_back(*value);
  }
  return all.empty() ? std::nullopt : std::optional(all);
}

std::string accepted_values(const Option& option) {
  const std::string range =
      option.min && option.max ? fmt::format(" from {} to {}", *option.min, *option.max) : "";
  switch (option.type) {
    case Type::integer:
      return "an integer" + range;
    case Type::number:
      return "a number" + range;
    case Type::flag:
      return "true or false";
    case Type::integers:
      return "a list of integers and ranges such as 1-8,12, each" + range;
    case Type::numbers:
      return "a list of numbers such as 0,0.15, each" + range;
    case Type::choice:
      return fmt::format("one of {}", fmt::join(option.choices, ", "));
    case Type::texts:
      return option.choices.empty() ? "a comma-separated list"
                                    : fmt::format("a list of {}", fmt::join(option.choices, ", "));
    case Type::text:
      break;
  }
  return "text";
}

void check_value(const Option& option, const std::string& text, const std::string& place) {
  const auto refuse = [&] {
    throw UsageError("{}: {} = '{}' is not accepted; it must be {}", place, option.name(), text,
                     accepted_values(option));
  };
  if (!well_typed(option, text)) refuse();
  for (const double value : elements(option, text)) {
    if ((option.min && value < *option.min) || (option.max && value > *option.max)) refuse();
  }
}

}  // namespace nubox::config
