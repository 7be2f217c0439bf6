#pragma once

#include "nubox/par/comm.hpp"

#include <filesystem>

/// What commands ask of the file system before they work.
namespace nubox::app {

/// True if rank 0 sees something there. Collective.
[[nodiscard]] bool path_exists(const par::Comm& comm, const std::filesystem::path& path);

}  // namespace nubox::app
