#pragma once

#include "nubox/par/comm.hpp"

#include <filesystem>
#include <string>

namespace nubox::io {

/// Claim of a job on the outputs of one name, or on all outputs in a directory: a second job is
/// refused by the name of the first.
///
/// The claim is a lock of the operating system (flock) on a file that names its holder. The system
/// drops the lock when the process ends, however it ends, and the next job takes the file over. It
/// then owns what a killed job left: temporary files of the outputs are removed. Where the file
/// system has no locks, a warning says so.
class [[nodiscard]] OutputLock {
 public:
  /// Claims the output `path` and all whose names begin with that name and a dot (files of a set,
  /// partial results). Makes its directory. The lock is the hidden file `.<name>.lock` beside it.
  /// Collective. @throws FileSystemError (agreed) if another job holds the claim
  [[nodiscard]] static OutputLock of_file(const par::Comm& comm, const std::filesystem::path& path);
  /// Claims all outputs in a directory and below, by the file `.nubox.lock` in it. Makes the
  /// directory. Collective. @throws as of_file
  [[nodiscard]] static OutputLock of_directory(const par::Comm& comm,
                                               const std::filesystem::path& directory);
  /// Removes the lock file.
  ~OutputLock();
  OutputLock(OutputLock&& other) noexcept;
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;
  OutputLock& operator=(OutputLock&&) = delete;

 private:
  OutputLock(const par::Comm& comm, const std::filesystem::path& directory,
             const std::string& name);
  std::filesystem::path path_;
  int descriptor_ = -1;  ///< rank 0 alone
};

}  // namespace nubox::io
