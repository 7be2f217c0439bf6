#pragma once

#include <string>

namespace nubox {

/// "0.1.0".
[[nodiscard]] std::string version_number();
/// Program version and the git revision of the build, for example "0.1.0 (a1b2c3d4e5f6)"; followed
/// by "dirty" if tracked files differed from the revision.
[[nodiscard]] std::string version_text();
/// Compiler and build type.
[[nodiscard]] std::string compiler_text();

}  // namespace nubox
