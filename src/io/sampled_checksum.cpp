#include "nubox/io/sampled_checksum.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/io/bytes.hpp"

#include <algorithm>
#include <cstdint>
#include <fcntl.h>
#include <span>

namespace nubox::io {

std::string sampled_checksum(const std::vector<std::filesystem::path>& files) {
  constexpr std::size_t samples = 64, sample_bytes = 4096;
  StreamingChecksum sum;
  std::vector<std::byte> buffer(sample_bytes);
  for (const std::filesystem::path& path : files) {
    const RawFile file(path, O_RDONLY);
    const std::uint64_t size = file.size();
    sum.update(std::as_bytes(std::span(&size, 1)));
    // The first sample is at the start, the last one ends with the file: rounded up.
    const std::uint64_t between = size < sample_bytes ? 0 : size - sample_bytes;
    const std::uint64_t distance =
        std::max<std::uint64_t>(sample_bytes, (between + samples - 2) / (samples - 1));
    for (std::uint64_t start = 0; start < size; start += distance) {
      sum.update(std::span(buffer).first(file.read_at(start, buffer)));
    }
  }
  return checksum_text(sum.value());
}

}  // namespace nubox::io
