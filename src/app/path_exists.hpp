#pragma once

#include "nubox/par/comm.hpp"

#include <filesystem>

/// Queries of the file system.
namespace nubox::app {

/// True if the path exists for rank 0. Collective.
[[nodiscard]] bool path_exists(const par::Comm& comm, const std::filesystem::path& path);

}  // namespace nubox::app
