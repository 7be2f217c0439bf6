#include "gadget/block_sums.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/processor_clones.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

namespace nubox::gadget {
namespace {

static_assert(std::endian::native == std::endian::little, "sums are of words in file order");

constexpr std::array<char, 4> tail_mark{'n', 'u', 'b', 'x'};

/// Sum of the words of a piece, and sum of the words times their index in it; modulo 2^64.
struct Moments {
  std::uint64_t zeroth = 0, first = 0;
};

/// @param words  fewer than 2^32
NUBOX_PROCESSOR_CLONES Moments moments_of(const std::byte* bytes, std::uint32_t words) {
  Moments sums;
  for (std::uint32_t i = 0; i < words; ++i) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes + std::size_t{i} * sizeof(word), sizeof(word));
    sums.zeroth += word;
    sums.first += std::uint64_t{i} * word;
  }
  return sums;
}

/// 32 bits of the checksum of the header before its tail.
std::uint32_t header_sum(std::span<const std::byte> header) {
  return static_cast<std::uint32_t>(checksum(header.first(header.size() - sums_tail_bytes)));
}

}  // namespace

std::uint64_t word_sum(std::span<const std::byte> bytes, std::uint64_t first_word) {
  constexpr std::size_t largest_piece = std::size_t{1} << 30;  // bytes
  std::uint64_t sum = 0;
  while (!bytes.empty()) {
    const std::size_t piece = std::min(bytes.size(), largest_piece);
    const auto words = static_cast<std::uint32_t>(piece / sizeof(std::uint32_t));
    const Moments moments = moments_of(bytes.data(), words);
    sum += (2 * first_word + 1) * moments.zeroth + 2 * moments.first;
    bytes = bytes.subspan(piece);
    first_word += words;
  }
  return sum;
}

void add_to_sums(const RawNumbers& numbers, Quantity quantity, std::uint64_t first,
                 BlockSums& sums) {
  const std::uint64_t words =
      components_of(quantity) * static_cast<std::uint64_t>(numbers.width) / sizeof(std::uint32_t);
  sums.value[static_cast<std::size_t>(quantity)] += word_sum(numbers.bytes, first * words);
}

io::Attributes attributes_of(const BlockSums& sums) {
  io::Attributes attributes;
  for (std::size_t q = 0; q < sums.value.size(); ++q) {
    attributes[block_name(FileKind::hdf5, static_cast<Quantity>(q))] = checksum_text(sums.value[q]);
  }
  return attributes;
}

BlockSums sums_of(const io::Attributes& attributes, const std::string& where) {
  BlockSums sums{.value = {}, .known = true};
  for (std::size_t q = 0; q < sums.value.size(); ++q) {
    const auto text = io::require<std::string>(
        attributes, block_name(FileKind::hdf5, static_cast<Quantity>(q)), where);
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), sums.value[q], 16);
    if (error != std::errc() || end != text.data() + text.size()) {
      throw InputError("{}: '{}' is no checksum", where, text);
    }
  }
  return sums;
}

void write_sums_tail(const BlockSums& sums, std::span<std::byte> header) {
  const std::uint32_t of_header = header_sum(header);
  std::byte* const tail = header.data() + header.size() - sums_tail_bytes;
  std::memcpy(tail, tail_mark.data(), tail_mark.size());
  std::memcpy(tail + 4, &of_header, sizeof(of_header));
  std::memcpy(tail + 8, sums.value.data(), sizeof(sums.value));
}

BlockSums read_sums_tail(std::span<const std::byte> header, const std::string& where) {
  BlockSums sums;
  const std::byte* const tail = header.data() + header.size() - sums_tail_bytes;
  if (std::memcmp(tail, tail_mark.data(), tail_mark.size()) != 0) return sums;
  std::uint32_t of_header = 0;
  std::memcpy(&of_header, tail + 4, sizeof(of_header));
  if (of_header != header_sum(header)) {
    throw InputError("{} is damaged: its header does not have the checksum that nubox export noted",
                     where);
  }
  std::memcpy(sums.value.data(), tail + 8, sizeof(sums.value));
  sums.known = true;
  return sums;
}

}  // namespace nubox::gadget
