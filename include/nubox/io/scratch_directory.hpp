#pragma once

#include "nubox/core/error.hpp"
#include "nubox/par/directory.hpp"

#include <filesystem>
#include <unistd.h>

namespace nubox::io {

/// A directory of its own for the files of the run, gone at the end.
class ScratchDirectory {
 public:
  ScratchDirectory(const par::Comm& comm, const std::filesystem::path& parent)
      : comm_(comm), path_(parent / comm.broadcast(fmt::format("nubox-scratch-{}", ::getpid()))) {
    par::make_directory(comm, path_);
  }
  ~ScratchDirectory() {
    std::error_code ignored;  // other ranks or the user may have been quicker
    if (comm_.is_root()) std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  par::Comm comm_;
  std::filesystem::path path_;
};

}  // namespace nubox::io
