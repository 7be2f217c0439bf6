#include "nubox/io/output_lock.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/machine.hpp"
#include "nubox/io/bytes.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/directory.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace nubox::io {
namespace {

namespace fs = std::filesystem;

std::string holder_text() {
  const char* job = std::getenv("SLURM_JOB_ID");
  return fmt::format("process {} on {}{}", ::getpid(), machine::host_name(),
                     job == nullptr ? "" : fmt::format(" (job {})", job));
}

/// True if the open file still has this name: its last holder may have removed it meanwhile.
bool has_name(int descriptor, const fs::path& path) {
  struct stat open {
  }, named{};
  return ::fstat(descriptor, &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

/// Opens and locks the file.
int claim(const fs::path& path) {
  while (true) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) {
      throw FileSystemError("cannot open {}: {}", path.string(), std::strerror(errno));
    }
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
      if (has_name(descriptor, path)) return descriptor;
      ::close(descriptor);
      continue;
    }
    const int reason = errno;
    ::close(descriptor);
    if (reason == EWOULDBLOCK) {
      throw FileSystemError(
          "{} is held by {}, which writes the same outputs: wait until it has ended, or choose "
          "another name for the output",
          path.string(), read_bytes(path));
    }
    log::warn("{}: no lock here ({}); do not start a second job with the same outputs",
              path.string(), std::strerror(reason));
    return -1;
  }
}

/// "box.h5.tmp-4711" is a temporary of "box.h5".
bool is_temporary_of(std::string_view file, std::string_view name) {
  constexpr std::string_view mark = ".tmp-";
  const std::size_t at = file.rfind(mark);
  if (at == std::string_view::npos || !file.starts_with(name)) return false;
  if (!name.empty() && file[name.size()] != '.') return false;
  const std::string_view id = file.substr(at + mark.size());
  return !id.empty() && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
}

template <class Iterator>
void remove_temporaries(Iterator entries, const std::string& name) {
  std::vector<fs::path> found;
  for (const auto& entry : entries) {
    if (is_temporary_of(entry.path().filename().string(), name)) found.push_back(entry.path());
  }
  for (const fs::path& file : found) {
    log::info("{}, left by a killed job, is removed", file.string());
    fs::remove(file);
  }
}

}  // namespace

OutputLock OutputLock::of_file(const par::Comm& comm, const fs::path& path) {
  return {comm, path.parent_path(), path.filename().string()};
}

OutputLock OutputLock::of_directory(const par::Comm& comm, const fs::path& directory) {
  return {comm, directory, ""};
}

OutputLock::OutputLock(const par::Comm& comm, const fs::path& directory, const std::string& name)
    : path_(directory / fmt::format(".{}.lock", name.empty() ? "nubox" : name)) {
  par::make_directory(comm, directory);
  par::agree(comm, [&] {
    if (!comm.is_root()) return;
    descriptor_ = claim(path_);
    if (descriptor_ < 0) return;
    const std::string holder = holder_text();
    write_bytes(path_, std::as_bytes(std::span(holder)));
    const fs::path place = directory.empty() ? fs::path(".") : directory;
    if (name.empty()) {
      remove_temporaries(fs::recursive_directory_iterator(place), name);
    } else {
      remove_temporaries(fs::directory_iterator(place), name);
    }
  });
}

OutputLock::OutputLock(OutputLock&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

OutputLock::~OutputLock() {
  if (descriptor_ < 0) return;
  ::unlink(path_.c_str());
  ::close(descriptor_);
}

}  // namespace nubox::io
