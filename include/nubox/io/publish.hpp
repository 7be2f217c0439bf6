#pragma once

#include "nubox/par/comm.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace nubox::io {

/// The one way by which files appear: `write` fills a temporary name in the target's directory, the
/// file is synced, all ranks agree that it is complete, rank 0 renames it and syncs the directory.
/// On any failure the temporary is removed and nothing stands under `target`. Collective; `write`
/// is called on every rank and may be collective itself (it must then settle its own failures
/// with par::agree).
/// @throws FileSystemError (agreed)
void publish(const par::Comm& comm, const std::filesystem::path& target,
             const std::function<void(const std::filesystem::path& temporary)>& write);

/// The same for a set of files that belong together: they are renamed once all of them are
/// complete, the first one last, so that who finds it finds all; after a failure none stands.
/// `write` gets the temporary names in the order of the targets.
void publish_set(const par::Comm& comm, std::span<const std::filesystem::path> targets,
                 const std::function<void(std::span<const std::filesystem::path>)>& write);

/// The same for a file that rank 0 writes alone.
void publish_from_root(const par::Comm& comm, const std::filesystem::path& target,
                       const std::function<void(const std::filesystem::path& temporary)>& write);

/// A file whose contents rank 0 holds in memory (`bytes` matters on rank 0 only).
void publish_bytes(const par::Comm& comm, const std::filesystem::path& target,
                   std::span<const std::byte> bytes);

/// Text file by rank 0 through publish_from_root.
void publish_text(const par::Comm& comm, const std::filesystem::path& target,
                  const std::string& text);

}  // namespace nubox::io
