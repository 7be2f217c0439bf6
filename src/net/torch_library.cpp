#include "nubox/net/torch_library.hpp"

#include <filesystem>

#include <torch/version.h>

namespace nubox::net {

std::string torch_library_text() {
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  const bool gpu = std::filesystem::exists(program.parent_path() / "libnubox_cuda.so");
  return std::string("LibTorch ") + TORCH_VERSION + "\nCUDA and NCCL " +
         (gpu ? "in libnubox_cuda.so, loaded where there is a GPU" : "not built");
}

}  // namespace nubox::net
