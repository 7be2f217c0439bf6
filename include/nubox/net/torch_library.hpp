#pragma once

#include <string>

namespace nubox::net {

/// Lines for --version: LibTorch of the build, and whether the GPU library is in the program's
/// directory. Does not load LibTorch.
[[nodiscard]] std::string torch_library_text();

}  // namespace nubox::net
