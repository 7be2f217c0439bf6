#include "train/reduce_backend.hpp"

#include "nubox/core/error.hpp"
#include "nubox/net/torch/device.hpp"
#include "nubox/par/agree.hpp"

#include "train/mpi_backend.hpp"
#include "train/nccl_library.hpp"

#include <dlfcn.h>

namespace nubox::train {
namespace {

/// Whether every rank has a GPU of its own: NCCL does not accept two ranks on one. Collective.
bool every_rank_has_a_gpu(const par::Comm& comm, torch::Device device) {
  const par::Comm node = comm.split_by_node();
  const int own = device.is_cuda() && node.rank() == device.index() ? 1 : 0;
  return comm.all_reduce(own, par::Reduction::min) == 1;
}

template <class Function>
Function library_function(const char* name) {
  void* symbol = dlsym(net::gpu_library(), name);
  if (symbol == nullptr) throw InternalError("libnubox_cuda.so has no function {}", name);
  return reinterpret_cast<Function>(symbol);
}

std::unique_ptr<ReduceBackend> make_nccl_backend(const par::Comm& comm, torch::Device device) {
  NcclPlace place{.rank = comm.rank(), .size = comm.size(), .device = device.index()};
  par::agree(comm, [&] {
    const auto make_id = library_function<NcclMakeId>("nubox_nccl_make_id");
    if (comm.is_root()) make_id(place.id);
  });
  comm.broadcast(std::span<char>(place.id));
  const auto make = library_function<NcclMakeBackend>("nubox_nccl_make_backend");
  return std::unique_ptr<ReduceBackend>(make(place));
}

}  // namespace

void MpiBackend::start(const torch::Tensor& values) {
  torch::Tensor host = values;
  if (!values.is_cpu()) {
    host = values.cpu();
    copies_.push_back({host, values});
  }
  sums_.start({host.mutable_data_ptr<float>(), static_cast<std::size_t>(host.numel())});
}

void MpiBackend::wait_all() {
  sums_.wait_all();
  for (Copy& copy : copies_) copy.device.copy_(copy.host);
  copies_.clear();
}

std::unique_ptr<ReduceBackend> make_reduce_backend(GradientBackend choice, const par::Comm& comm,
                                                   torch::Device device) {
  const bool possible = every_rank_has_a_gpu(comm, device);
  if (choice == GradientBackend::nccl && !possible) {
    par::agree(comm, [] {
      throw UsageError(
          "train.backend = nccl needs a GPU for every rank and libnubox_cuda.so in the directory "
          "of "
          "the program; use auto or mpi");
    });
  }
  if (choice == GradientBackend::mpi || !possible) return std::make_unique<MpiBackend>(comm);
  return make_nccl_backend(comm, device);
}

}  // namespace nubox::train
