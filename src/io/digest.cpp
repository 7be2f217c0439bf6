#include "nubox/io/digest.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/log.hpp"
#include "nubox/io/bytes.hpp"
#include "nubox/io/hdf5.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/gather_texts.hpp"

#include <fcntl.h>
#include <span>
#include <sstream>
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

InputDigests digest_inputs(const par::Comm& comm,
                           const std::vector<std::filesystem::path>& inputs) {
  const auto ranks = static_cast<std::size_t>(comm.size());
  const std::string own = par::agree(comm, [&] {
    std::string lines;
    for (auto i = static_cast<std::size_t>(comm.rank()); i < inputs.size(); i += ranks) {
      log::beat();
      const FileDigest digest = digest_of(inputs[i]);
      lines += fmt::format("{} {} {}\n", i, digest.size_bytes, digest.checksum);
    }
    return lines;
  });
  InputDigests digests;
  for (const std::string& lines : par::gather_texts(comm, own)) {
    std::istringstream stream(lines);
    std::size_t index = 0;
    FileDigest digest;
    while (stream >> index >> digest.size_bytes >> digest.checksum) {
      digests[inputs[index].string()] = digest;
    }
  }
  return digests;
}

std::string hdf5_library_text() {
  unsigned major = 0, minor = 0, release = 0;
  hdf5::check(H5get_libversion(&major, &minor, &release), "read the version of HDF5");
  return fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace nubox::io
