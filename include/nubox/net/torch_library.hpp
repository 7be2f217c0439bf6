#pragma once

#include <string>

namespace nubox::net {

/// Lines for --version: LibTorch, and whether the GPU library stands beside the program.
[[nodiscard]] std::string torch_library_text();

}  // namespace nubox::net
