#include "gadget/binary_header.hpp"

#include "nubox/core/error.hpp"

#include "gadget/block_sums.hpp"

namespace nubox::gadget {
namespace {

constexpr std::size_t gadget_2_types = 6;

std::uint64_t checked_count(std::int64_t count, std::size_t type, const std::string& where) {
  if (count < 0) {
    throw InputError("{}: its header counts {} particles of type {}", where, count, type);
  }
  return static_cast<std::uint64_t>(count);
}

FileHeader parse_gadget_2(std::span<const std::byte> bytes, bool swapped,
                          const std::string& where) {
  FileHeader file_header;
  const auto real = [&](std::size_t offset) { return number_at<double>(bytes, offset, swapped); };
  const auto word = [&](std::size_t offset) {
    return number_at<std::uint32_t>(bytes, offset, swapped);
  };
  for (std::size_t type = 0; type < gadget_2_types; ++type) {
    file_header.counts[type] =
        checked_count(std::bit_cast<std::int32_t>(word(4 * type)), type, where);
    file_header.mass[type] = real(24 + 8 * type);
    file_header.totals[type] = word(96 + 4 * type);
    file_header.totals_high[type] = word(168 + 4 * type);
  }
  file_header.time = real(72);
  file_header.redshift = real(80);
  file_header.files = word(124);
  file_header.box_size = real(128);
  file_header.Omega_m = real(136);
  file_header.Omega_lambda = real(144);
  file_header.h = real(152);
  file_header.sums = read_sums_tail(bytes, where);
  return file_header;
}

/// 64-bit counts and totals, masses, time, redshift, box and number of files.
FileHeader parse_gadget_4(std::span<const std::byte> bytes, bool swapped,
                          const std::string& where) {
  FileHeader file_header;
  const auto real = [&](std::size_t offset) { return number_at<double>(bytes, offset, swapped); };
  const std::size_t types = gadget_4_types(bytes.size());
  for (std::size_t type = 0; type < types; ++type) {
    const auto count = [&](std::size_t offset) {
      return checked_count(number_at<std::int64_t>(bytes, offset + 8 * type, swapped), type, where);
    };
    file_header.counts[type] = count(0);
    file_header.totals[type] = count(8 * types);
    file_header.mass[type] = real(16 * types + 8 * type);
  }
  file_header.time = real(24 * types);
  file_header.redshift = real(24 * types + 8);
  file_header.box_size = real(24 * types + 16);
  file_header.files = number_at<std::uint32_t>(bytes, 24 * types + 24, swapped);
  return file_header;
}

}  // namespace

std::size_t gadget_4_types(std::uint64_t bytes) {
  // 24 bytes per type; three real numbers and the number of files; in later versions also two
  // numbers of merger trees.
  constexpr std::uint64_t per_type = 24, fewest_types = 2;
  for (const std::uint64_t rest : {32, 48}) {
    if (bytes <= rest || (bytes - rest) % per_type != 0) continue;
    const std::uint64_t types = (bytes - rest) / per_type;
    if (types >= fewest_types && types <= type_count) return static_cast<std::size_t>(types);
  }
  return 0;
}

FileHeader parse_binary_header(std::span<const std::byte> bytes, bool swapped,
                               const std::string& where) {
  FileHeader file_header = bytes.size() == gadget_2_header_bytes
                               ? parse_gadget_2(bytes, swapped, where)
                               : parse_gadget_4(bytes, swapped, where);
  file_header.swapped = swapped;
  return file_header;
}

}  // namespace nubox::gadget
