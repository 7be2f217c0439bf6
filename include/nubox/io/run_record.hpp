#pragma once

#include "nubox/config/config.hpp"
#include "nubox/io/digest.hpp"
#include "nubox/par/comm.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace nubox::io {

/// Size and checksum of every input file, by path.
using InputDigests = std::map<std::string, FileDigest>;

/// Ranks share the reading. Collective. @throws FileSystemError (agreed)
[[nodiscard]] InputDigests digest_inputs(const par::Comm& comm,
                                         const std::vector<std::filesystem::path>& inputs);

/// Writes config.used.ini and provenance.json (code version, compiler, libraries, hosts, ranks,
/// batch-system variables, input files with checksums) into a run's output directory, which is
/// made if missing. Collective. @throws FileSystemError (agreed)
void write_run_record(const par::Comm& comm, const std::filesystem::path& directory,
                      const config::Config& config,
                      const std::vector<std::filesystem::path>& inputs);
/// The same with inputs that have been digested before.
void write_digested_run_record(const par::Comm& comm, const std::filesystem::path& directory,
                               const config::Config& config, const InputDigests& inputs);

}  // namespace nubox::io
