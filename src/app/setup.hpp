#pragma once

#include <filesystem>
#include <string>

/// Versions and files that ship with the program.
namespace nubox::app {

/// "0.1.0 (revision)"
[[nodiscard]] std::string version_line();
/// Versions of program, compiler and libraries for --version.
[[nodiscard]] std::string library_versions();

/// A user's path, or the name of a directory or file that ships with the program in configs/<kind>.
/// Rank-local. @throws FileSystemError naming both places
[[nodiscard]] std::filesystem::path find_shipped(const std::string& name, const std::string& kind);

}  // namespace nubox::app
