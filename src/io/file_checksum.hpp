#pragma once

#include <cstddef>
#include <string>

namespace nubox::io {

/// Length of the block (HDF5's "user block") at the start of a table file: one line of text with
/// the XXH3 of all bytes after the block, padded with zeros. The checksums inside the file cover
/// its values only; a changed bit in HDF5's own metadata could stay unnoticed or crash HDF5 before
/// they are compared.
inline constexpr std::size_t checksum_block_bytes = 512;

/// Writes the checksum into the first checksum_block_bytes of a file's contents, which must begin
/// with an empty user block.
void write_file_checksum(std::string& contents);

/// Compares the contents of a file with their checksum. An HDF5 file without user block, as other
/// programs write it, is accepted. @throws InputError naming `where`: damaged, or not an HDF5 file
void require_file_checksum(const std::string& contents, const std::string& where);

}  // namespace nubox::io
