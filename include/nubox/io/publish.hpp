#pragma once

#include "nubox/par/comm.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace nubox::io {

/// The one way by which files appear, alone or as a set that belongs together: they are written
/// under temporary names in the targets' directories and synced, all ranks agree that they are
/// complete, rank 0 renames them, the first one last, so that who finds it finds all, and syncs the
/// directory. The disk is waited for by a thread of each rank: a caller may do other work between
/// the constructor and finish(). On any failure, and if a Publication is dropped unfinished, the
/// temporaries are removed and nothing new stands under the targets.
class [[nodiscard]] Publication {
 public:
  /// Gets the temporary names in the order of the targets.
  using Write = std::function<void(std::span<const std::filesystem::path> temporaries)>;
  enum class Writers { all_ranks, root };

  /// Calls `write` on the writers; it may be collective on all ranks (it must then settle its own
  /// failures with par::agree). `complete`, if given, is called on rank 0 in finish(), when all
  /// that was written is on disk, to mark the files as complete. `comm` must outlive this.
  /// Collective. @throws FileSystemError (agreed), what `write` throws (agreed)
  Publication(const par::Comm& comm, std::vector<std::filesystem::path> targets, Writers writers,
              const Write& write, Write complete = {});
  Publication(Publication&& other) noexcept;
  Publication& operator=(Publication&& other) noexcept;
  Publication(const Publication&) = delete;
  Publication& operator=(const Publication&) = delete;
  ~Publication();

  /// Waits for the disk and has the files appear. To be called once. Collective.
  /// @throws FileSystemError (agreed)
  void finish();

 private:
  struct Files;
  std::unique_ptr<Files> files_;
};

/// A file that rank 0 writes alone. Collective. @throws FileSystemError (agreed)
void publish_from_root(const par::Comm& comm, const std::filesystem::path& target,
                       const std::function<void(const std::filesystem::path& temporary)>& write);

/// A file whose contents rank 0 holds in memory (`bytes` matters on rank 0 only).
void publish_bytes(const par::Comm& comm, const std::filesystem::path& target,
                   std::span<const std::byte> bytes);

/// Text file by rank 0 through publish_from_root.
void publish_text(const par::Comm& comm, const std::filesystem::path& target,
                  const std::string& text);

}  // namespace nubox::io
