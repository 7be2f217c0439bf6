#pragma once

#include "gadget/snapshot_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

/// The header of binary snapshots. Rank-local.
namespace nubox::gadget {

inline constexpr std::uint64_t gadget_2_header_bytes = 256;

/// Number at a byte of a record.
template <class Number>
Number number_at(std::span<const std::byte> bytes, std::size_t offset, bool swapped) {
  std::array<std::byte, sizeof(Number)> raw;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), sizeof(Number), raw.begin());
  if (swapped) std::reverse(raw.begin(), raw.end());
  return std::bit_cast<Number>(raw);
}

/// Particle types of a header of Gadget-4's own layout (without GADGET2_HEADER) with this length; 0
/// if no such header has it.
[[nodiscard]] std::size_t gadget_4_types(std::uint64_t bytes);

[[nodiscard]] inline bool is_header_length(std::uint64_t bytes) {
  return bytes == gadget_2_header_bytes || gadget_4_types(bytes) > 0;
}

/// Header from the bytes of its record, of Gadget-2's layout or of Gadget-4's own one, which has
/// neither cosmology nor units. @throws InputError for a negative count
[[nodiscard]] FileHeader parse_binary_header(std::span<const std::byte> bytes, bool swapped,
                                             const std::string& where);

}  // namespace nubox::gadget
