#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

/// Plain files through POSIX calls. Errors contain the reason given by the system. Rank-local.
namespace nubox::io {

/// Owner of a file descriptor. Every member throws FileSystemError with the reason of the system.
class RawFile {
 public:
  /// `flags` as of open(2).
  RawFile(const std::filesystem::path& path, int flags);
  /// An unnamed file in memory that the system can also open as path().
  [[nodiscard]] static RawFile in_memory();
  /// An unlinked file in `directory`, which is freed when it is neither open nor mapped any more.
  [[nodiscard]] static RawFile without_name(const std::filesystem::path& directory);
  ~RawFile();
  RawFile(RawFile&& other) noexcept;
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  RawFile& operator=(RawFile&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::size_t size() const;
  /// Sets the size and allocates the disk space, if the file system supports that.
  void reserve(std::size_t bytes);
  void write_at(std::size_t offset, std::span<const std::byte> bytes);
  /// Fills `buffer` up to the end of the file; returns the number of bytes read.
  [[nodiscard]] std::size_t read_at(std::size_t offset, std::span<std::byte> buffer) const;
  /// Asks the system to read these bytes ahead in the background. A hint: failures are ignored.
  void read_ahead(std::size_t offset, std::size_t bytes) const;
  /// Maps its first `bytes` for reading and writing; the caller unmaps them.
  [[nodiscard]] void* map(std::size_t bytes) const;
  void sync();
  /// Some file systems report a full disk only here.
  void close();

 private:
  RawFile(std::filesystem::path path, int descriptor, const char* what);
  [[noreturn]] void fail(const char* what) const;
  std::filesystem::path path_;
  int descriptor_;
};

/// Writes a whole file, replacing its contents. @throws FileSystemError
void write_bytes(const std::filesystem::path& path, std::span<const std::byte> bytes);
/// Writes a whole file, replacing its contents, and waits for the disk. @throws FileSystemError
void write_synced(const std::filesystem::path& path, std::span<const std::byte> bytes);
/// The contents of a whole file. @throws FileSystemError
[[nodiscard]] std::string read_bytes(const std::filesystem::path& path);

}  // namespace nubox::io
