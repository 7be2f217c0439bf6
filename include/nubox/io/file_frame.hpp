#pragma once

#include "nubox/io/bytes.hpp"

#include <cstddef>
#include <vector>

namespace nubox::io {

/// All bytes of a file except those of its large arrays, whose extents are known. The frame is
/// built in memory and written to disk by plain writes; all ranks write the arrays in parallel.
struct FileFrame {
  struct Piece {
    std::size_t offset = 0;
    std::vector<std::byte> bytes;
  };
  std::size_t file_bytes = 0;
  std::vector<Piece> pieces;
};

/// Location of the values of an array in a file.
struct Extent {
  std::size_t offset = 0;
  std::size_t bytes = 0;
};

/// The frame of a file in memory: all bytes outside the extents. @throws FileSystemError
[[nodiscard]] FileFrame frame_around(const RawFile& memory, std::vector<Extent> extents);

/// Writes the pieces of a frame at their offsets. @throws FileSystemError
void write_frame(RawFile& file, const FileFrame& frame);

}  // namespace nubox::io
