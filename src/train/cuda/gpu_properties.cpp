#include <cuda_runtime_api.h>

/// Properties of GPUs for net::choose_device(), in the library with the GPU code.

/// Compute capability of a GPU (60: 6.0), or 0 if the CUDA runtime cannot tell.
extern "C" int nubox_gpu_capability(int device) {
  int major = 0, minor = 0;
  const bool known =
      cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device) == cudaSuccess &&
      cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device) == cudaSuccess;
  return known ? 10 * major + minor : 0;
}

/// Architectures that LibTorch and NCCL of the build both have machine code for
/// (tools/gpu_architectures.py); returns their number.
extern "C" int nubox_gpu_architectures(const int** values) {
  static constexpr int architectures[] = {NUBOX_GPU_ARCHITECTURES};
  *values = architectures;
  return static_cast<int>(sizeof(architectures) / sizeof(architectures[0]));
}
