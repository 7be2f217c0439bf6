#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

/// Plain files, with the system's reason in every error. Rank-local.
namespace nubox::io {

/// A file descriptor; every member throws FileSystemError with the system's reason.
class RawFile {
 public:
  /// `flags` as of open(2).
  RawFile(const std::filesystem::path& path, int flags);
  /// An unnamed file in memory that the system can also open as path().
  [[nodiscard]] static RawFile in_memory();
  /// A file of `directory` that goes when it is neither open nor mapped any more.
  [[nodiscard]] static RawFile without_name(const std::filesystem::path& directory);
  ~RawFile();
  RawFile(RawFile&& other) noexcept;
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  RawFile& operator=(RawFile&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::size_t size() const;
  /// Sets the size and takes the disk space at once, where the file system can do that.
  void reserve(std::size_t bytes);
  void write_at(std::size_t offset, std::span<const std::byte> bytes);
  /// Fills `buffer` as far as the file reaches; returns the bytes read.
  [[nodiscard]] std::size_t read_at(std::size_t offset, std::span<std::byte> buffer) const;
  /// Lets the system fetch these bytes from disk in the background. A hint: no failure is told.
  void read_ahead(std::size_t offset, std::size_t bytes) const;
  /// Its first `bytes`, to read and write; whoever asks unmaps them.
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

/// @throws FileSystemError
void write_bytes(const std::filesystem::path& path, std::span<const std::byte> bytes);
/// @throws FileSystemError
[[nodiscard]] std::string read_bytes(const std::filesystem::path& path);

}  // namespace nubox::io
