#pragma once

#include "nubox/gadget/snapshot_writer.hpp"
#include "nubox/io/file_frame.hpp"

#include "gadget/snapshot_file.hpp"

#include <cstdint>

namespace nubox::gadget {

/// One file of a set to write: its range of particles, and the offsets of their arrays.
struct FileLayout {
  std::uint64_t first = 0, count = 0;
  io::FileFrame frame;
  std::size_t position_offset = 0, velocity_offset = 0, id_offset = 0;
};

/// Size of an ID in bytes: 4 if all IDs of the set fit, else 8.
[[nodiscard]] std::size_t id_bytes_of(const WriterOptions& options);

/// Layout of file `index` of `files`; `sums` are noted in it. Rank-local. @throws FileSystemError
[[nodiscard]] FileLayout file_layout(const WriterOptions& options, const BlockSums& sums,
                                     std::size_t index, std::size_t files);

}  // namespace nubox::gadget
