#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <ranges>
#include <span>
#include <type_traits>
#include <variant>
#include <vector>

namespace nubox::test {

/// |a - b|, infinite if either is not a number, so that maxima of it do not ignore NaN.
inline double distance(double a, double b) {
  const double difference = std::abs(a - b);
  return std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference;
}

/// Largest distance of two rows of numbers on this rank; infinite if their lengths differ.
template <std::ranges::contiguous_range A, std::ranges::contiguous_range B>
double largest_difference(const A& a, const B& b) {
  if (std::ranges::size(a) != std::ranges::size(b)) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (std::size_t i = 0; i < std::ranges::size(a); ++i) {
    largest = std::max(largest, distance(std::ranges::data(a)[i], std::ranges::data(b)[i]));
  }
  return largest;
}

/// Largest |value| on this rank, infinite if one is not a number.
template <std::ranges::contiguous_range Values>
double largest_magnitude(const Values& values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, distance(value, 0));
  return largest;
}

/// True if two rows of numbers have the same bits: 0 differs from -0, and NaN can be equal.
template <std::ranges::contiguous_range A, std::ranges::contiguous_range B>
bool same_bits(const A& a, const B& b) {
  static_assert(std::same_as<std::ranges::range_value_t<A>, std::ranges::range_value_t<B>>);
  return std::ranges::equal(std::as_bytes(std::span(a)), std::as_bytes(std::span(b)));
}

/// The same for values of one of several types, such as those of io::Array.
template <class... Rows>
bool same_bits(const std::variant<Rows...>& a, const std::variant<Rows...>& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&](const auto& rows) { return same_bits(rows, std::get<std::decay_t<decltype(rows)>>(b)); },
      a);
}

/// The bits of numbers, for comparisons that tell 0 from -0 and compare NaN.
template <class T>
auto bits_of(const std::vector<T>& values) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  static_assert(sizeof(T) == sizeof(Bits));
  std::vector<Bits> bits(values.size());
  if (!values.empty()) std::memcpy(bits.data(), values.data(), values.size() * sizeof(T));
  return bits;
}

}  // namespace nubox::test
