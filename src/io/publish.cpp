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

/// The same name on all ranks: rank 0's process id makes it unique.
fs::path temporary_name(const par::Comm& comm, const fs::path& target) {
  std::int64_t pid = ::getpid();
  comm.broadcast(std::span<std::int64_t>(&pid, 1));
  return target.string() + ".tmp-" + std::to_string(pid);
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

/// `by_all`: every rank writes to the file, so every rank's node holds pages to sync.
void publish_file(const par::Comm& comm, const fs::path& target, bool by_all,
                  const std::function<void(const fs::path&)>& write) {
  const FileSizeSignalIgnored size_limit_is_an_error;
  const fs::path temporary = temporary_name(comm, target);
  const bool writes = by_all || comm.is_root();
  try {
    par::agree(comm, [&] {
      if (comm.is_root()) require_directory(target);
    });
    settle(comm, [&] {
      if (writes) write(temporary);
    });
    par::agree(comm, [&] {
      fault::point("write");
      if (writes) RawFile(temporary, O_RDWR).sync();
      if (comm.is_root()) sync_directory_of(target);
    });
    par::agree(comm, [] { fault::point("publish"); });
    par::agree(comm, [&] {
      if (!comm.is_root()) return;
      if (std::rename(temporary.c_str(), target.c_str()) != 0) {
        throw FileSystemError("cannot rename {} to {}: {}", temporary.string(), target.string(),
                              std::strerror(errno));
      }
      sync_directory_of(target);
    });
  } catch (const Error& error) {
    std::error_code ignored;
    if (comm.is_root()) fs::remove(temporary, ignored);
    const std::string text = error.what();
    if (text.find(target.string()) != std::string::npos) throw;
    throw Error(error.code(), fmt::format("{} was not written: {}", target.string(), text))
        .agreed_from(error.origin_rank());
  }
}

}  // namespace

void publish(const par::Comm& comm, const fs::path& target,
             const std::function<void(const fs::path&)>& write) {
  publish_file(comm, target, true, write);
}

void publish_from_root(const par::Comm& comm, const fs::path& target,
                       const std::function<void(const fs::path&)>& write) {
  publish_file(comm, target, false, write);
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
