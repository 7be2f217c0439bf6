#pragma once

#include <cstddef>
#include <span>
#include <string_view>

/// Fault injection for tests: `NUBOX_FAULT=<point>:<rank>:<kind>` arms one point on one rank.
/// Kinds: throw (our own error), kill (SIGKILL), hang (sleep for ever), enospc (file-system error),
/// nan (where results can be spoiled), and bitflip, which points without a value pass by. Unarmed
/// points cost one comparison. Runs but those of `doctor`, whose measurements are such values, are
/// only broken, never changed.
namespace nubox::fault {

/// Called by par::Session once the rank is known; reads NUBOX_FAULT.
/// Calling it again follows the variable's new value (tests arm points one after another).
/// @throws UsageError if the variable is set and malformed.
void arm(int rank);

/// A named place where a run can be made to fail ("config", "read", "write", "publish", ...).
/// @throws Error as armed
void point(std::string_view name);

/// True at a place whose result is to be spoiled with a NaN.
[[nodiscard]] bool spoils(std::string_view name);

/// A named place whose values can be made wrong: if armed with bitflip, the second highest bit of
/// the last byte is turned, which in the last of several floating-point numbers is the highest bit
/// of the exponent. Nothing happens to no bytes.
void corrupt(std::string_view name, std::span<std::byte> bytes);

/// The same for one number.
template <class T>
[[nodiscard]] T corrupted(std::string_view name, T value) {
  corrupt(name, std::as_writable_bytes(std::span<T>(&value, 1)));
  return value;
}

}  // namespace nubox::fault
