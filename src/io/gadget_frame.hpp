#pragma once

#include "nubox/io/gadget_writer.hpp"

#include "io/file_frame.hpp"

#include <cstdint>

namespace nubox::io {

/// One file of a set to write: its particles, and where their arrays begin.
struct GadgetFileFrame {
  std::uint64_t first = 0, count = 0;
  FileFrame frame;
  std::size_t position_offset = 0, velocity_offset = 0, id_offset = 0;
};

/// Bytes of an ID.
[[nodiscard]] std::size_t id_bytes_of(const GadgetOutput& output);

/// File `index` of `files`. Rank-local. @throws FileSystemError
[[nodiscard]] GadgetFileFrame gadget_file_frame(const GadgetOutput& output, std::size_t index,
                                                std::size_t files);

}  // namespace nubox::io
