#include "nubox/net/torch/device.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/machine.hpp"
#include "nubox/net/gpu_architecture.hpp"
#include "nubox/par/agree.hpp"

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

/// A function with C linkage of the library with the GPU code (src/train/cuda/gpu_properties.cpp).
template <class Function>
Function gpu_function(const char* name) {
  void* symbol = dlsym(gpu_library(), name);
  if (symbol == nullptr) throw InternalError("libnubox_cuda.so has no function {}", name);
  return reinterpret_cast<Function>(symbol);
}

int capability_of(torch::Device gpu) {
  return gpu_function<int (*)(int)>("nubox_gpu_capability")(gpu.index());
}

bool cpu_computes_bf16() {
#if defined(__x86_64__)
  // The condition of LibTorch (at::native::mkldnn_bf16_device_check).
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

/// @throws UsageError if LibTorch or NCCL have no machine code for this GPU
void require_supported(torch::Device gpu) {
  const int* values = nullptr;
  const auto list = gpu_function<int (*)(const int**)>("nubox_gpu_architectures");
  const auto count = static_cast<std::size_t>(list(&values));
  const std::string problem = unsupported_gpu(capability_of(gpu), {values, count});
  if (!problem.empty()) throw UsageError("{}", problem);
}

}  // namespace

void* gpu_library() {
  static void* const library = load_gpu_library();
  return library;
}

torch::Device choose_device(const par::Comm& comm) {
  const NodePlace place = node_place(comm);
  return par::agree(comm, [&]() -> torch::Device {
    if (gpu_library() == nullptr || !torch::cuda::is_available()) return torch::kCPU;
    const auto count = static_cast<int>(torch::cuda::device_count());
    const torch::Device gpu{torch::kCUDA, static_cast<c10::DeviceIndex>(place.rank % count)};
    require_supported(gpu);
    return gpu;
  });
}

bool computes(Precision precision, torch::Device device) {
  if (device.is_cuda()) return supported_precision(precision, capability_of(device)) == precision;
  return precision != Precision::bf16 || cpu_computes_bf16();
}

Precision usable_precision(const par::Comm& comm, Precision wanted) {
  const int own = computes(wanted, choose_device(comm)) ? 1 : 0;
  if (comm.all_reduce(own, par::Reduction::min) == 1) return wanted;
  if (comm.is_root()) {
    log::warn("{} needs GPUs of compute capability 8.0 or later{}: fp32 is used", name_of(wanted),
              wanted == Precision::bf16 ? ", or CPUs with AVX-512 (bw, dq, vl)" : "");
  }
  return Precision::fp32;
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
