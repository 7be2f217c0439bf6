#include "nubox/net/torch/device.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/machine.hpp"

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>

#include <ATen/autocast_mode.h>

namespace nubox::net {
namespace {

/// Rank and number of ranks on this node.
struct NodePlace {
  int rank;
  int size;
};

NodePlace node_place(const par::Comm& comm) {
  const par::Comm node = comm.split_by_node();
  return {node.rank(), node.size()};
}

void* load_gpu_library() {
  namespace fs = std::filesystem;
  const fs::path file = fs::read_symlink("/proc/self/exe").parent_path() / "libnubox_cuda.so";
  if (!fs::exists("/dev/nvidiactl") || !fs::exists(file)) return nullptr;
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) throw InternalError("cannot load {}: {}", file.string(), dlerror());
  return library;
}

}  // namespace

void* gpu_library() {
  static void* const library = load_gpu_library();
  return library;
}

torch::Device choose_device(const par::Comm& comm) {
  const NodePlace place = node_place(comm);
  if (gpu_library() == nullptr || !torch::cuda::is_available()) return torch::kCPU;
  const auto count = static_cast<int>(torch::cuda::device_count());
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(place.rank % count)};
}

int set_threads(const par::Comm& comm) {
  const int threads = machine::threads_of_process(node_place(comm).size);
  at::set_num_threads(threads);
  return threads;
}

void configure_math(Precision precision, bool deterministic) {
  if (deterministic) {  // cuBLAS and NCCL read these at their first use
    setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
    setenv("NCCL_NVLS_ENABLE", "0", 0);
  }
  auto& context = at::globalContext();
  context.setAllowTF32CuDNN(precision == Precision::tf32);
  context.setAllowTF32CuBLAS(precision == Precision::tf32);
  context.setDeterministicAlgorithms(deterministic, false);
  context.setDeterministicCuDNN(deterministic);
  context.setBenchmarkCuDNN(!deterministic);
}

PrecisionScope::PrecisionScope(Precision precision, torch::Device device)
    : active_(precision == Precision::bf16),
      before_(at::autocast::is_autocast_enabled(device.type())),
      device_(device.type()) {
  if (!active_) return;
  at::autocast::set_autocast_dtype(device_, at::kBFloat16);
  at::autocast::set_autocast_enabled(device_, true);
}

PrecisionScope::~PrecisionScope() {
  if (!active_) return;
  at::autocast::set_autocast_enabled(device_, before_);
  at::autocast::clear_cache();
}

at::ScalarType working_dtype(torch::Device device) {
  const bool mixed = at::autocast::is_autocast_enabled(device.type());
  return mixed ? at::autocast::get_autocast_dtype(device.type()) : at::kFloat;
}

}  // namespace nubox::net
