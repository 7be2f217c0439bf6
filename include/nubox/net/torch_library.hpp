#pragma once

#include <string>

namespace nubox::net {

/// Lines for --version: LibTorch, and whether the GPU library is in the program's directory.
[[nodiscard]] std::string torch_library_text();

}  // namespace nubox::net
