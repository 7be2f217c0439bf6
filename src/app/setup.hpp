#pragma once

#include "nubox/config/config.hpp"
#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/io/field_file.hpp"
#include "nubox/par/comm.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

/// What several commands need from a configuration.
namespace nubox::app {

/// "0.1.0 (revision)"
[[nodiscard]] std::string version_line();
/// Versions of program, compiler and libraries for --version.
[[nodiscard]] std::string library_versions();

[[nodiscard]] cosmology::Parameters cosmology_parameters(const config::Config& config);

/// A user's path, or the name of a directory that ships with the program in configs/<kind>.
/// @throws FileSystemError naming both places
[[nodiscard]] std::filesystem::path find_shipped(const std::string& name, const std::string& kind);

/// Linear tables of the configured cosmology. Collective.
[[nodiscard]] cosmology::LinearTables load_tables(const par::Comm& comm,
                                                  const config::Config& config);

[[nodiscard]] cosmology::NeutrinoSource neutrino_source(const std::string& name);

/// Resident set of this process once it holds `bytes` more and its libraries are at work, for
/// --dry-run. Rank-local.
[[nodiscard]] std::uint64_t resident_bytes_with(std::uint64_t bytes);

}  // namespace nubox::app
