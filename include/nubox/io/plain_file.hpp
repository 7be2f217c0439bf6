#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace nubox::io {

/// A file that closes itself and whose calls throw FileSystemError. Rank-local.
class PlainFile {
 public:
  /// `flags` as of open(2).
  PlainFile(std::filesystem::path path, int flags);
  ~PlainFile();
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  /// Writes and syncs.
  void write(std::span<const std::byte> bytes);
  void read(std::span<std::byte> bytes);
  /// Reads `count` bytes from `offset` through a buffer of a megabyte, as dd does.
  void pass_over(std::size_t offset, std::size_t count);

 private:
  [[noreturn]] void fail(const char* what) const;
  std::filesystem::path path_;
  int file_;
};

}  // namespace nubox::io
