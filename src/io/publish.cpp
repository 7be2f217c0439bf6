#include "nubox/io/publish.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/fault.hpp"
#include "nubox/io/bytes.hpp"
#include "nubox/par/agree.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <future>
#include <optional>
#include <unistd.h>
#include <utility>

namespace nubox::io {
namespace {

namespace fs = std::filesystem;

/// Ignores SIGXFSZ, so that a file-size limit (ulimit -f) gives an error of write() instead of
/// killing the process.
class FileSizeSignalIgnored {
 public:
  FileSizeSignalIgnored() : previous_(std::signal(SIGXFSZ, SIG_IGN)) {}
  ~FileSizeSignalIgnored() { std::signal(SIGXFSZ, previous_); }
  FileSizeSignalIgnored(const FileSizeSignalIgnored&) = delete;
  FileSizeSignalIgnored& operator=(const FileSizeSignalIgnored&) = delete;

 private:
  void (*previous_)(int);
};

/// Temporary names, the same on all ranks, made unique by the process id of rank 0. Collective.
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
}

/// The files that the targets lead to where these are links. Collective.
std::vector<fs::path> follow_links(const par::Comm& comm, const std::vector<fs::path>& targets) {
  std::vector<fs::path> files;
  for (const fs::path& target : targets) {
    const std::string file = par::agree(comm, [&] {
      const bool leads_somewhere = comm.is_root() && fs::is_symlink(target) && fs::exists(target);
      return leads_somewhere ? fs::canonical(target).string() : target.string();
    });
    files.emplace_back(comm.broadcast(file));
  }
  return files;
}

void sync_directory_of(const fs::path& target) {
  RawFile(directory_of(target), O_RDONLY | O_DIRECTORY).sync();
}

/// Runs `write` and agrees on its outcome, unless its error is an agreed one already. Collective.
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

/// Removes those of the files that exist.
void remove_all(std::span<const fs::path> files) {
  std::error_code ignored;
  for (const fs::path& file : files) fs::remove(file, ignored);
}

/// Renames the first file last. If renaming fails, the files renamed so far are removed.
void rename_all(std::span<const fs::path> temporaries, std::span<const fs::path> targets) {
  for (std::size_t i = targets.size(); i-- > 0;) {
    if (std::rename(temporaries[i].c_str(), targets[i].c_str()) == 0) continue;
    const int reason = errno;
    remove_all(targets.subspan(i + 1));
    throw FileSystemError("cannot rename {} to {}: {}", temporaries[i].string(),
                          targets[i].string(), std::strerror(reason));
  }
  sync_directory_of(targets.front());
}

void sync_all(std::span<const fs::path> temporaries) {
  for (const fs::path& temporary : temporaries) RawFile(temporary, O_RDWR).sync();
}

/// Runs a step; adds the name of the file that was not written to its error.
template <class Work>
void naming(const fs::path& target, Work&& work) {
  const FileSizeSignalIgnored size_limit_is_an_error;
  try {
    std::forward<Work>(work)();
  } catch (const Error& error) {
    const std::string text = error.what();
    if (text.find(target.string()) != std::string::npos) throw;
    throw error.with_text(fmt::format("{} was not written: {}", target.string(), text));
  }
}

}  // namespace

struct Publication::Files {
  par::Comm comm;
  std::vector<fs::path> targets;
  std::vector<fs::path> temporaries;
  Write complete;
  std::future<void> synced{};  ///< valid on the ranks that wrote

  Files(const par::Comm& ranks, std::vector<fs::path> names, Write marker)
      : comm(ranks),
        targets(std::move(names)),
        temporaries(temporary_names(ranks, targets)),
        complete(std::move(marker)) {}
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() {
    if (synced.valid()) synced.wait();
    if (comm.is_root()) remove_all(temporaries);
  }
};

Publication::Publication(const par::Comm& comm, const std::vector<fs::path>& targets,
                         const OutputKind& kind, Writers writers, const Write& write,
                         Write complete)
    : files_(std::make_unique<Files>(comm, follow_links(comm, targets), std::move(complete))) {
  Files& files = *files_;
  const bool writes = writers == Writers::all_ranks || comm.is_root();
  naming(files.targets.front(), [&] {
    par::agree(comm, [&] {
      if (!comm.is_root()) return;
      for (const fs::path& target : files.targets) {
        require_directory(target);
        require_replaceable(target, kind);
      }
    });
    settle(comm, [&] {
      if (writes) write(files.temporaries);
    });
    par::agree(comm, [&] {
      if (!writes) return;
      // Every rank that wrote may be on a node that holds pages to sync.
      files.synced =
          std::async(std::launch::async,
                     [names = std::span<const fs::path>(files.temporaries)] { sync_all(names); });
    });
  });
}

Publication::Publication(Publication&& other) noexcept = default;
Publication& Publication::operator=(Publication&& other) noexcept = default;
Publication::~Publication() = default;

void Publication::finish() {
  const std::unique_ptr<Files> files = std::move(files_);
  const par::Comm comm = files->comm;
  naming(files->targets.front(), [&] {
    par::agree(comm, [&] {
      fault::point("write");
      if (files->synced.valid()) files->synced.get();
    });
    par::agree(comm, [&] {
      if (!comm.is_root()) return;
      if (files->complete) {
        files->complete(files->temporaries);
        sync_all(files->temporaries);
      }
      sync_directory_of(files->targets.front());
    });
    par::agree(comm, [] { fault::point("publish"); });
    par::agree(comm, [&] {
      if (comm.is_root()) rename_all(files->temporaries, files->targets);
    });
  });
}

void publish_from_root(const par::Comm& comm, const fs::path& target, const OutputKind& kind,
                       const std::function<void(const fs::path&)>& write) {
  Publication(comm, {target}, kind, Publication::Writers::root,
              [&](std::span<const fs::path> temporaries) { write(temporaries.front()); })
      .finish();
}

void publish_bytes(const par::Comm& comm, const fs::path& target, const OutputKind& kind,
                   std::span<const std::byte> bytes) {
  publish_from_root(comm, target, kind,
                    [&](const fs::path& temporary) { write_bytes(temporary, bytes); });
}

void publish_text(const par::Comm& comm, const fs::path& target, const OutputKind& kind,
                  const std::string& text) {
  publish_bytes(comm, target, kind, std::as_bytes(std::span(text)));
}

}  // namespace nubox::io
