#pragma once

#include <cstddef>
#include <filesystem>
#include <memory_resource>

namespace nubox::io {

/// Memory resource backed by files in a directory, for data that exceed the main memory and are
/// read repeatedly. Every allocation is an unlinked file of its own, so that its space is freed
/// however the process ends. Rank-local; must outlive what was allocated from it.
class MappedMemory : public std::pmr::memory_resource {
 public:
  /// Makes the directory. @throws FileSystemError
  explicit MappedMemory(std::filesystem::path directory);

 private:
  /// Allocates the disk space immediately. @throws FileSystemError
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override;
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::filesystem::path directory_;
};

}  // namespace nubox::io
