#include "nubox/io/digest.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/io/bytes.hpp"
#include "nubox/io/hdf5.hpp"

#include <fcntl.h>
#include <span>
#include <vector>

#include <fmt/format.h>

namespace nubox::io {

FileDigest digest_of(const std::filesystem::path& path) {
  constexpr std::size_t piece_bytes = std::size_t{1} << 24;
  const RawFile file(path, O_RDONLY);
  std::vector<std::byte> buffer(piece_bytes);
  StreamingChecksum sum;
  FileDigest digest;
  while (const std::size_t count = file.read_at(digest.size_bytes, buffer)) {
    sum.update(std::span(buffer).first(count));
    digest.size_bytes += count;
  }
  digest.checksum = checksum_text(sum.value());
  return digest;
}

std::string hdf5_library_text() {
  unsigned major = 0, minor = 0, release = 0;
  hdf5::check(H5get_libversion(&major, &minor, &release), "read the version of HDF5");
  return fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace nubox::io
