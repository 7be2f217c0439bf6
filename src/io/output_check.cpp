#include "nubox/io/output_check.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/io/attributes.hpp"
#include "nubox/io/bytes.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/io/hdf5_attributes.hpp"
#include "nubox/par/agree.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <map>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace nubox::io {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece_bytes = std::size_t{1} << 20;
constexpr std::size_t whole_file = std::numeric_limits<std::size_t>::max();

/// True if the text occurs in the first `most` bytes of a file.
bool contains(const fs::path& path, const std::string& text, std::size_t most) {
  const RawFile file(path, O_RDONLY);
  std::string piece(piece_bytes + text.size(), '\0');
  for (std::size_t offset = 0; offset < most; offset += piece_bytes) {
    // Pieces overlap, so that a text across their border is found.
    const std::size_t count = file.read_at(offset, std::as_writable_bytes(std::span(piece)));
    if (std::string_view(piece).substr(0, count).find(text) != std::string_view::npos) return true;
    if (count <= piece_bytes) break;
  }
  return false;
}

/// False for an empty text.
bool begins_with(const fs::path& path, const std::string& text) {
  std::string beginning(text.size(), '\0');
  const RawFile file(path, O_RDONLY);
  const std::size_t count = file.read_at(0, std::as_writable_bytes(std::span(beginning)));
  return count > 0 && beginning == text;
}

/// What the root of an HDF5 file says; nothing if it cannot be read.
struct Identity {
  std::string format, origin;
  bool has_group = false;  ///< of the name that was asked for
};
std::optional<Identity> identity_of(const fs::path& path, const std::string& group) {
  try {
    const hdf5::File file = open_existing(path);
    const Attributes attributes = read_attributes(file.id(), path.string());
    return Identity{find<std::string>(attributes, "format").value_or(""),
                    find<std::string>(attributes, "origin").value_or(""),
                    H5Lexists(file.id(), group.c_str(), H5P_DEFAULT) > 0};
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// Whether the bytes of a file, which HDF5 does not read, show that it is of this kind.
bool shows(const fs::path& path, const OutputKind& kind) {
  if (!begins_with(path, kind.remnant) && !hdf5::is_hdf5(path)) {
    return contains(path, kind.format, piece_bytes);
  }
  if (contains(path, kind.format, whole_file)) return true;
  return !kind.remnant.empty() && contains(path, kind.remnant, piece_bytes) &&
         !contains(path, "nubox-", whole_file);
}

[[noreturn]] void refuse(const fs::path& target, std::string_view what) {
  throw FileSystemError(
      "{} is not replaced: {}. Choose another name for the output, or remove that file",
      target.string(), what);
}

/// The deepest existing directory on the way to a file.
fs::path existing_directory(const fs::path& target) {
  fs::path directory = fs::absolute(target).parent_path();
  std::error_code missing;
  while (!fs::exists(directory, missing) && directory.has_relative_path()) {
    directory = directory.parent_path();
  }
  return directory;
}

void require_writable(const fs::path& target) {
  const fs::path directory = existing_directory(target);
  if (!fs::is_directory(directory)) {
    throw FileSystemError("cannot write {}: {} is no directory", target.string(),
                          directory.string());
  }
  if (::access(directory.c_str(), W_OK | X_OK) != 0) {
    throw FileSystemError("cannot write {}: directory {}: {}", target.string(), directory.string(),
                          std::strerror(errno));
  }
}

void require_no_input(const fs::path& target, std::span<const fs::path> inputs) {
  for (const fs::path& input : inputs) {
    std::error_code missing;
    if (fs::equivalent(target, input, missing)) {
      throw UsageError("the output {} is the input {}: choose another name for the output",
                       target.string(), input.string());
    }
  }
}

/// Compares the expected bytes with the free ones, file system by file system.
void require_space(std::span<const PlannedFile> outputs) {
  struct Need {
    std::uint64_t bytes = 0;
    fs::path first;
  };
  std::map<dev_t, Need> needs;
  for (const PlannedFile& output : outputs) {
    struct stat about {};
    if (::stat(existing_directory(output.path).c_str(), &about) != 0) continue;
    Need& need = needs[about.st_dev];
    if (need.bytes == 0) need.first = output.path;
    need.bytes += output.bytes;
  }
  for (const auto& [device, need] : needs) {
    const fs::space_info space = fs::space(existing_directory(need.first));
    if (need.bytes > space.available) {
      throw FileSystemError("cannot write {}: the outputs take {}, the disk has {} left",
                            need.first.string(), memory::text(need.bytes),
                            memory::text(space.available));
    }
  }
}

}  // namespace

void require_replaceable(const fs::path& target, const OutputKind& kind) {
  std::error_code failure;
  const fs::file_status status = fs::status(target, failure);
  if (status.type() == fs::file_type::not_found) return;
  if (failure) throw FileSystemError("cannot write {}: {}", target.string(), failure.message());
  if (fs::is_directory(status)) refuse(target, "a directory has that name");
  if (!fs::is_regular_file(status)) refuse(target, "it is no regular file");
  if (kind.format.empty()) return;
  const auto identity = begins_with(target, kind.remnant) || !hdf5::is_hdf5(target)
                            ? std::nullopt
                            : identity_of(target, kind.format);
  const bool same_format =
      identity ? identity->format == kind.format || identity->has_group : shows(target, kind);
  if (!same_format) {
    refuse(target, fmt::format("a file of another kind has that name (no '{}')", kind.format));
  }
  if (identity && !kind.origin.empty() && identity->origin != kind.origin) {
    refuse(target,
           fmt::format("it holds a box of '{}', not of '{}'", identity->origin, kind.origin));
  }
}

void check_outputs(const par::Comm& comm, std::span<const PlannedFile> outputs,
                   std::span<const fs::path> inputs) {
  par::agree(comm, [&] {
    if (!comm.is_root()) return;
    for (const PlannedFile& output : outputs) {
      require_no_input(output.path, inputs);
      require_replaceable(output.path, output.kind);
      require_writable(output.path);
    }
    require_space(outputs);
  });
}

}  // namespace nubox::io
