#pragma once

#include "nubox/io/output_lock.hpp"
#include "nubox/par/comm.hpp"

#include <filesystem>

/// What commands ask of the file system before they work: is it there, is it ours.
namespace nubox::app {

/// True if rank 0 sees something there. Collective.
[[nodiscard]] bool path_exists(const par::Comm& comm, const std::filesystem::path& path);

/// Makes the directory of an output and claims the output for this job. Collective.
/// @throws FileSystemError (agreed) if another job writes it
[[nodiscard]] io::OutputLock claim_output(const par::Comm& comm, const std::filesystem::path& path);

/// Makes a directory and claims all outputs in it. Collective. @throws as claim_output
[[nodiscard]] io::OutputLock claim_directory(const par::Comm& comm,
                                             const std::filesystem::path& directory);

}  // namespace nubox::app
