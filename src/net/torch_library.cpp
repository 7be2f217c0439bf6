#include "nubox/net/torch_library.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <torch/version.h>

namespace nubox::net {

std::string torch_library_text() {
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  const bool gpu = std::filesystem::exists(program.parent_path() / "libnubox_cuda.so");
  return fmt::format("LibTorch {}\nCUDA and NCCL {}", TORCH_VERSION,
                     gpu ? "in libnubox_cuda.so, loaded where there is a GPU" : "not built");
}

}  // namespace nubox::net
