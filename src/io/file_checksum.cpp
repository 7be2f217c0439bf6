#include "io/file_checksum.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"
#include "nubox/io/table_file.hpp"

#include <string_view>

#include <fmt/format.h>

namespace nubox::io {
namespace {

constexpr std::string_view hdf5_signature = "\x89HDF\r\n\x1a\n";

/// The block for a file with these bytes after it.
std::string checksum_block(std::string_view content) {
  std::string block =
      fmt::format("{}, HDF5 from byte {} on, xxh3 {}\n", table_beginning, checksum_block_bytes,
                  checksum_text(checksum_of(std::span(content))));
  block.resize(checksum_block_bytes, '\0');
  return block;
}

}  // namespace

void write_file_checksum(std::string& contents) {
  contents.replace(0, checksum_block_bytes,
                   checksum_block(std::string_view(contents).substr(checksum_block_bytes)));
}

void require_file_checksum(const std::string& contents, const std::string& where) {
  const std::string_view all = contents;
  if (all.starts_with(hdf5_signature)) return;
  const bool has_block = all.size() > checksum_block_bytes &&
                         all.substr(checksum_block_bytes).starts_with(hdf5_signature);
  if (!has_block && !all.starts_with(table_beginning))
    throw InputError("{} is no HDF5 file", where);
  if (!has_block ||
      all.substr(0, checksum_block_bytes) != checksum_block(all.substr(checksum_block_bytes))) {
    throw InputError("{} is damaged: its bytes do not have the checksum in its first line", where);
  }
}

}  // namespace nubox::io
