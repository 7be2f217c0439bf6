#pragma once

#include "nubox/config/config.hpp"
#include "nubox/io/digest.hpp"
#include "nubox/par/comm.hpp"

#include <filesystem>
#include <vector>

namespace nubox::app {

/// Writes config.used.ini and provenance.json (code version, compiler, libraries, hosts, ranks,
/// batch-system variables, input files with checksums) into the output directory of a run, which is
/// created if it is missing. Collective. @throws FileSystemError (agreed)
void write_run_record(const par::Comm& comm, const std::filesystem::path& directory,
                      const config::Config& config,
                      const std::vector<std::filesystem::path>& inputs);
/// The same for inputs whose digests are already known.
void write_digested_run_record(const par::Comm& comm, const std::filesystem::path& directory,
                               const config::Config& config, const io::InputDigests& inputs);

}  // namespace nubox::app
