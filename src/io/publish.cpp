#include "nubox/io/publish.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/fault.hpp"
#include "nubox/par/agree.hpp"

#include "io/bytes.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

namespace nubox::io {
namespace {

namespace fs = std::filesystem;

/// A file-size limit (ulimit -f) shall end in an error of write(), not in a signal that kills.
class FileSizeSignalIgnored {
 public:
  FileSizeSignalIgnored() : previous_(std::signal(SIGXFSZ, SIG_IGN)) {}
  ~FileSizeSignalIgnored() { std::signal(SIGXFSZ, previous_); }
  FileSizeSignalIgnored(const FileSizeSignalIgnored&) = delete;
  FileSizeSignalIgnored& operator=(const FileSizeSignalIgnored&) = delete;

 private:
  void (*previous_)(int);
};

/// The same names on all ranks: rank 0's process id makes them unique.
std::vector<fs::path> temporary_names(const par::Comm& comm, std::span<const fs::path> targets) {
  std::int64_t pid = ::getpid();
  comm.broadcast(std::span<std::int64_t>(&pid, 1));
  std::vector<fs::path> names;
  for (const fs::path& target : targets)
    names.emplace_back(target.string() + ".tmp-" + std::to_string(pid));
  return names;
}

fs::path directory_of(const fs::path& target) {
  return target.has_parent_path() ? target.parent_path() : fs::path(".");
}

void require_directory(const fs::path& target) {
  const fs::path directory = directory_of(target);
  if (!fs::is_directory(directory)) {
    throw FileSystemError("cannot write {}: {} is no directory", target.string(),
                          directory.string());
  }
  if (fs::is_directory(target)) {
    throw FileSystemError("cannot write {}: a directory has that name", target.string());
  }
}

void sync_directory_of(const fs::path& target) {
  RawFile(directory_of(target), O_RDONLY | O_DIRECTORY).sync();
}

/// The writer's outcome, agreed on unless it agreed itself already.
void settle(const par::Comm& comm, const std::function<void()>& write) {
  std::optional<Error> failure;
  try {
    write();
  } catch (...) {
    failure = par::current_error();
    if (failure->agreed()) throw *failure;
  }
  par::agree_on(comm, failure);
}

/// The first file last. A set whose renaming fails half way does not stay.
void rename_all(std::span<const fs::path> temporaries, std::span<const fs::path> targets) {
  for (std::size_t i = targets.size(); i-- > 0;) {
    if (std::rename(temporaries[i].c_str(), targets[i].c_str()) == 0) continue;
    const int reason = errno;
    std::error_code ignored;
    for (std::size_t done = i + 1; done < targets.size(); ++done)
      fs::remove(targets[done], ignored);
    throw FileSystemError("cannot rename {} to {}: {}", temporaries[i].string(),
                          targets[i].string(), std::strerror(reason));
  }
  sync_directory_of(targets.front());
}

using WriteSet = std::function<void(std::span<const fs::path> temporaries)>;

/// `by_all`: every rank writes to the files, so every rank's node holds pages to sync.
void publish_files(const par::Comm& comm, std::span<const fs::path> targets, bool by_all,
                   const WriteSet& write) {
  const FileSizeSignalIgnored size_limit_is_an_error;
  const std::vector<fs::path> temporaries = temporary_names(comm, targets);
  const bool writes = by_all || comm.is_root();
  try {
    par::agree(comm, [&] {
      if (!comm.is_root()) return;
      for (const fs::path& target : targets) require_directory(target);
    });
    settle(comm, [&] {
      if (writes) write(temporaries);
    });
    par::agree(comm, [&] {
      fault::point("write");
      for (const fs::path& temporary : temporaries) {
        if (writes) RawFile(temporary, O_RDWR).sync();
      }
      if (comm.is_root()) sync_directory_of(targets.front());
    });
    par::agree(comm, [] { fault::point("publish"); });
    par::agree(comm, [&] {
      if (comm.is_root()) rename_all(temporaries, targets);
    });
  } catch (const Error& error) {
    std::error_code ignored;
    for (const fs::path& temporary : temporaries) {
      if (comm.is_root()) fs::remove(temporary, ignored);
    }
    const std::string text = error.what();
    const std::string target = targets.front().string();
    if (text.find(target) != std::string::npos) throw;
    throw Error(error.code(), fmt::format("{} was not written: {}", target, text))
        .agreed_from(error.origin_rank());
  }
}

}  // namespace

void publish(const par::Comm& comm, const fs::path& target,
             const std::function<void(const fs::path&)>& write) {
  publish_files(comm, {&target, 1}, true,
                [&](std::span<const fs::path> temporaries) { write(temporaries.front()); });
}

void publish_set(const par::Comm& comm, std::span<const fs::path> targets, const WriteSet& write) {
  publish_files(comm, targets, true, write);
}

void publish_from_root(const par::Comm& comm, const fs::path& target,
                       const std::function<void(const fs::path&)>& write) {
  publish_files(comm, {&target, 1}, false,
                [&](std::span<const fs::path> temporaries) { write(temporaries.front()); });
}

void publish_bytes(const par::Comm& comm, const fs::path& target,
                   std::span<const std::byte> bytes) {
  publish_from_root(comm, target,
                    [&](const fs::path& temporary) { write_bytes(temporary, bytes); });
}

void publish_text(const par::Comm& comm, const fs::path& target, const std::string& text) {
  publish_bytes(comm, target, std::as_bytes(std::span(text)));
}

}  // namespace nubox::io
