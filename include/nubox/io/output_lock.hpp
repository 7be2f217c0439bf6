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
  /// Claims the outputs `<directory>/<name>` and `<name>.*`; an empty name claims all of the
  /// directory and below. The directory must exist. The lock is the hidden file `.<name>.lock` or
  /// `.nubox.lock` in it. Collective.
  /// @throws FileSystemError (agreed) if another job holds the claim
  OutputLock(const par::Comm& comm, const std::filesystem::path& directory,
             const std::string& name = "");
  /// Removes the lock file.
  ~OutputLock();
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;  ///< rank 0 alone
};

}  // namespace nubox::io
