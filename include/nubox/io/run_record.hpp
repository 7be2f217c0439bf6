#pragma once

#include "nubox/config/config.hpp"
#include "nubox/par/comm.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace nubox::io {

/// Writes config.used.ini and provenance.json (code version, compiler, libraries, hosts, ranks,
/// batch-system variables, input files with checksums) into a run's output directory, which is
/// made if missing. Collective. @throws FileSystemError (agreed)
void write_run_record(const par::Comm& comm, const std::filesystem::path& directory,
                      const config::Config& config,
                      const std::vector<std::filesystem::path>& inputs);

}  // namespace nubox::io
