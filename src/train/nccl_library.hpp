#pragma once

#include "train/reduce_backend.hpp"

#include <array>

/// Interface of the library with the GPU code (libnubox_cuda.so): two functions with C linkage. The
/// library is not linked; net::gpu_library() loads it on machines with a GPU.
namespace nubox::train {

/// Bytes of an ncclUniqueId (nccl.h, NCCL_UNIQUE_ID_BYTES).
using NcclId = std::array<char, 128>;

struct NcclPlace {
  int rank = 0;
  int size = 1;
  int device = 0;
  NcclId id{};
  double timeout_s = 600;  ///< abort after this time without progress of a collective
};

using NcclMakeId = void (*)(NcclId& id);  ///< "nubox_nccl_make_id", rank 0 only
using NcclMakeBackend = ReduceBackend* (*)(const NcclPlace&);  ///< "nubox_nccl_make_backend"

}  // namespace nubox::train
