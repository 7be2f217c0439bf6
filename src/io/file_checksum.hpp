#pragma once

#include <cstddef>
#include <string>

namespace nubox::io {

/// Length of the block (HDF5's "user block") in front of a table file: one line of text with the
/// XXH3 of all that follows, zeros behind it. Checksums inside the file are of its values; a bit
/// that holds none could change unseen, and HDF5 may crash on it before they are compared.
inline constexpr std::size_t checksum_block_bytes = 512;

/// Fills the first checksum_block_bytes of a file's contents, which begin with an empty user block.
void seal(std::string& contents);

/// Nothing for intact contents, nor for those of an HDF5 file without user block, as other programs
/// write it. @throws InputError naming `where`: damaged, or no HDF5 file
void require_intact(const std::string& contents, const std::string& where);

}  // namespace nubox::io
