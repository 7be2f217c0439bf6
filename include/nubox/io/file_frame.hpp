#pragma once

#include "nubox/io/bytes.hpp"

#include <cstddef>
#include <vector>

namespace nubox::io {

/// All bytes of a file but those of its large arrays, whose places are known. It is made in memory
/// and goes to disk by plain writes, and so do the arrays, from all ranks at once.
struct FileFrame {
  struct Piece {
    std::size_t offset = 0;
    std::vector<std::byte> bytes;
  };
  std::size_t file_bytes = 0;
  std::vector<Piece> pieces;
};

/// Where the values of an array lie in a file.
struct Extent {
  std::size_t offset = 0;
  std::size_t bytes = 0;
};

/// What lies around the extents. @throws FileSystemError
[[nodiscard]] FileFrame frame_around(const RawFile& memory, std::vector<Extent> extents);

/// @throws FileSystemError
void write_frame(RawFile& file, const FileFrame& frame);

}  // namespace nubox::io
