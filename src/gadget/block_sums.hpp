#pragma once

#include "nubox/io/attributes.hpp"

#include "gadget/snapshot_file.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

/// Checksums of the particle blocks of an export. HDF5 protects its metadata but not contiguous
/// data, the binary format nothing. Rank-local.
namespace nubox::gadget {

/// Sum modulo 2^64 of (2 i + 1) w_i over the 32-bit words w_i of a range, where i is the index of a
/// word. The factors are odd: every change of a single word changes the sum. Parts may be added in
/// any order, so that the sum depends neither on ranks nor on files.
///
/// @param bytes       a multiple of 4
/// @param first_word  index of the first word in the block of the whole set
[[nodiscard]] std::uint64_t word_sum(std::span<const std::byte> bytes, std::uint64_t first_word);

/// Adds the numbers of particles that follow `first` to the sum of their block.
void add_to_sums(const RawNumbers& numbers, Quantity quantity, std::uint64_t first,
                 BlockSums& sums);

/// Group of HDF5 exports, and its attributes, that hold the sums.
inline constexpr const char* sums_group = "Nubox/Checksums";
[[nodiscard]] io::Attributes attributes_of(const BlockSums& sums);
/// @throws InputError naming `where` if an attribute is missing or no checksum
[[nodiscard]] BlockSums sums_of(const io::Attributes& attributes, const std::string& where);

/// Bytes at the end of a Gadget-2 header, which no program reads: a mark, a checksum of the header
/// before it, and the sums.
inline constexpr std::size_t sums_tail_bytes = 32;
void write_sums_tail(const BlockSums& sums, std::span<std::byte> header);
/// @throws InputError naming `where` if the mark is there but the header has another checksum
[[nodiscard]] BlockSums read_sums_tail(std::span<const std::byte> header, const std::string& where);

}  // namespace nubox::gadget
