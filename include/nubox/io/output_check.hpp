#pragma once

#include "nubox/par/comm.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

/// The rule for all outputs: an existing file is replaced only by a newer version of itself.
namespace nubox::io {

/// What is written under a name, and so what an older version of it looks like.
struct OutputKind {
  /// Text that names the format: the attribute "format" or a group of the root of an HDF5 file, a
  /// text near the beginning of any other file. Empty for files whose names belong to nubox
  /// (config.used.ini): any regular file is an older version.
  std::string format{};
  /// Field files: FieldHeader::origin, so that an imported box never replaces a simulated one.
  std::string origin{};
  /// Text near the beginning of every file of the kind, by which a damaged one is known. A file
  /// that begins with it is not opened by HDF5, which may crash on damaged ones.
  std::string remnant{};
};

/// A file whose name belongs to nubox.
[[nodiscard]] inline OutputKind own_name() { return {}; }

/// A file that a command is going to write.
struct PlannedFile {
  std::filesystem::path path;
  OutputKind kind;
  std::uint64_t bytes = 0;  ///< expected size; 0: unknown
};

/// Refuses to replace anything but an older version of the output: a directory, a device, a file of
/// another format or origin. Links are followed. A damaged HDF5 file is an older version if it
/// names the format, or if it shows the remnant and names no other format of nubox.
/// Rank-local. @throws FileSystemError
void require_replaceable(const std::filesystem::path& target, const OutputKind& kind);

/// Tries outputs before any work: each may be replaced, is none of the inputs (under whatever
/// spelling or link), can be created in its directory or in the one that will be made, and fits on
/// the disk. Writes nothing.
///
/// @param inputs  all files that the command reads
/// Collective. @throws UsageError (an output is an input), FileSystemError (agreed)
void check_outputs(const par::Comm& comm, std::span<const PlannedFile> outputs,
                   std::span<const std::filesystem::path> inputs);

}  // namespace nubox::io
