#pragma once

#include <cstddef>
#include <span>
#include <string_view>

/// Fault injection for tests: `NUBOX_FAULT=<point>:<rank>:<kind>` arms one point on one rank.
/// Kinds: throw (internal error), kill (SIGKILL), hang (sleep forever), enospc (file-system error),
/// nan (a result becomes NaN, at points that support it) and bitflip (a value changes, at points
/// that have one). An unarmed point costs one comparison.
namespace nubox::fault {

/// Called by par::Session once the rank is known; reads NUBOX_FAULT. May be called again after the
/// variable has changed, as tests do.
/// @throws UsageError if the variable is set and malformed.
void arm(int rank);

/// A named point at which a run can be made to fail ("config", "read", "write", "publish", ...).
/// @throws Error as armed
void point(std::string_view name);

/// True at a point whose result is to be replaced by NaN.
[[nodiscard]] bool injects_nan(std::string_view name);

/// A named point whose values can be made wrong. If armed with bitflip, the second highest bit of
/// the last byte is inverted: in an array of floating-point numbers, the highest bit of the
/// exponent of the last one. `bytes` may be empty.
void corrupt(std::string_view name, std::span<std::byte> bytes);

/// The same for one number.
template <class T>
[[nodiscard]] T corrupted(std::string_view name, T value) {
  corrupt(name, std::as_writable_bytes(std::span<T>(&value, 1)));
  return value;
}

}  // namespace nubox::fault
