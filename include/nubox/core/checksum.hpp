#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace nubox {

/// XXH3 (64 bit) of a byte range.
[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes);

template <class T>
[[nodiscard]] std::uint64_t checksum_of(std::span<const T> values) {
  return checksum(std::as_bytes(values));
}

/// 16 hexadecimal digits, as written into files.
[[nodiscard]] std::string checksum_text(std::uint64_t value);

}  // namespace nubox
