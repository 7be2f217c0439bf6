#pragma once

#include "nubox/io/output_check.hpp"
#include "nubox/par/comm.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace nubox::io {

/// Atomic publication of a file, or of a set of files that belong together.
///
/// An existing file is replaced only if it is an older version of the output (require_replaceable).
/// A target that is a link to a file keeps being that link: the file it leads to is replaced.
/// The files are written under temporary names in the directories of the targets and synced. All
/// ranks agree that they are complete, then rank 0 renames them and syncs the directory. The first
/// file is renamed last, so that its presence implies that of all others. A thread of each rank
/// waits for the disk: the caller may do other work between the constructor and finish(). On any
/// failure, and if a Publication is destroyed unfinished, the temporary files are removed and no
/// new file appears under the target names.
class [[nodiscard]] Publication {
 public:
  /// Receives the temporary names in the order of the targets.
  using Write = std::function<void(std::span<const std::filesystem::path> temporaries)>;
  enum class Writers { all_ranks, root };

  /// `kind` is that of all targets. Calls `write` on the writers; it may be collective on all ranks
  /// (it must then settle its own failures with par::agree). `complete`, if given, is called on
  /// rank 0 in finish(), when all that was written is on disk, to mark the files as complete.
  /// `comm` must outlive this. Collective. @throws FileSystemError (agreed), what `write` throws
  /// (agreed)
  Publication(const par::Comm& comm, const std::vector<std::filesystem::path>& targets,
              const OutputKind& kind, Writers writers, const Write& write, Write complete = {});
  Publication(Publication&& other) noexcept;
  Publication& operator=(Publication&& other) noexcept;
  Publication(const Publication&) = delete;
  Publication& operator=(const Publication&) = delete;
  ~Publication();

  /// Waits for the disk and renames the files. To be called once. Collective.
  /// @throws FileSystemError (agreed)
  void finish();

 private:
  struct Files;
  std::unique_ptr<Files> files_;
};

/// Publishes a file that rank 0 writes alone. Collective. @throws FileSystemError (agreed)
void publish_from_root(const par::Comm& comm, const std::filesystem::path& target,
                       const OutputKind& kind,
                       const std::function<void(const std::filesystem::path& temporary)>& write);

/// Publishes a file with the contents `bytes` of rank 0 (ignored on other ranks). Collective.
void publish_bytes(const par::Comm& comm, const std::filesystem::path& target,
                   const OutputKind& kind, std::span<const std::byte> bytes);

/// Publishes a text file with the contents `text` of rank 0. Collective.
void publish_text(const par::Comm& comm, const std::filesystem::path& target,
                  const OutputKind& kind, const std::string& text);

}  // namespace nubox::io
