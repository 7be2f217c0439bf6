#pragma once

#include "nubox/par/comm.hpp"

#include <filesystem>

namespace nubox::par {

/// Creates a directory and its parents unless they exist; an empty path is the working directory.
/// Rank-local. @throws FileSystemError
void make_directory(const std::filesystem::path& path);

/// The same on rank 0. Collective. @throws FileSystemError (agreed)
void make_directory(const Comm& comm, const std::filesystem::path& path);

}  // namespace nubox::par
