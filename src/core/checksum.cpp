#include "nubox/core/checksum.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace nubox {

std::uint64_t checksum(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::string checksum_text(std::uint64_t value) { return fmt::format("{:016x}", value); }

}  // namespace nubox
