#pragma once

#include <string>

namespace nubox {

/// Program version and git revision, for example "0.1.0 (a1b2c3d4)".
[[nodiscard]] std::string version_text();
/// Compiler and build type.
[[nodiscard]] std::string compiler_text();

}  // namespace nubox
