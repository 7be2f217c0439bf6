#include "nubox/io/file_frame.hpp"

#include <algorithm>
#include <utility>

namespace nubox::io {

FileFrame frame_around(const RawFile& memory, std::vector<Extent> extents) {
  std::sort(extents.begin(), extents.end(),
            [](const Extent& a, const Extent& b) { return a.offset < b.offset; });
  FileFrame frame;
  frame.file_bytes = memory.size();
  extents.push_back({frame.file_bytes, 0});
  std::size_t start = 0;
  for (const Extent& extent : extents) {
    FileFrame::Piece piece{start, std::vector<std::byte>(extent.offset - start)};
    piece.bytes.resize(memory.read_at(start, piece.bytes));
    frame.pieces.push_back(std::move(piece));
    start = extent.offset + extent.bytes;
  }
  return frame;
}

void write_frame(RawFile& file, const FileFrame& frame) {
  for (const FileFrame::Piece& piece : frame.pieces) file.write_at(piece.offset, piece.bytes);
}

}  // namespace nubox::io
