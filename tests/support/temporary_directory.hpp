#pragma once

#include "nubox/par/comm.hpp"

#include <filesystem>
#include <string>
#include <unistd.h>

namespace nubox::test {

/// A directory of its own for one test, the same on all ranks; removed at the end. Collective.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const par::Comm& comm) : comm_(comm) {
    std::string name =
        "nubox-test-" + std::to_string(comm.size()) + "-" + std::to_string(::getpid());
    path_ = std::filesystem::temp_directory_path() / comm.broadcast(name);
    if (comm.is_root()) std::filesystem::create_directories(path_);
    comm.barrier();
  }
  ~TemporaryDirectory() {
    comm_.barrier();
    if (comm_.is_root()) std::filesystem::remove_all(path_);
    comm_.barrier();
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }
  [[nodiscard]] std::size_t entries() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path_)) ++count;
    return count;
  }
  /// Removes what is in it. Rank-local.
  void clear() const {
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      std::filesystem::remove_all(entry.path());
    }
  }

 private:
  par::Comm comm_;
  std::filesystem::path path_;
};

}  // namespace nubox::test
