#pragma once

#include <cstddef>
#include <filesystem>
#include <memory_resource>

namespace nubox::io {

/// Memory that the system may put into files of a directory: for data that do not fit and are read
/// again and again. Every allocation is a file of its own without a name, so that its space comes
/// back however the process ends. Rank-local; must outlive what was allocated from it.
class MappedMemory : public std::pmr::memory_resource {
 public:
  /// Makes the directory. @throws FileSystemError
  explicit MappedMemory(std::filesystem::path directory);

 private:
  /// Takes the disk space at once. @throws FileSystemError
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override;
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::filesystem::path directory_;
};

}  // namespace nubox::io
