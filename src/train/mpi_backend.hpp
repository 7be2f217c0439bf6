#pragma once

#include "nubox/par/comm.hpp"

#include "train/reduce_backend.hpp"

#include <vector>

namespace nubox::train {

/// MPI_Iallreduce on a communicator of its own; GPU tensors pass through host memory.
class MpiBackend : public ReduceBackend {
 public:
  explicit MpiBackend(const par::Comm& comm) : comm_(comm.duplicate()), sums_(comm_) {}
  void start(const torch::Tensor& values) override;
  void progress() override { sums_.progress(); }
  void wait_all() override;
  [[nodiscard]] std::string name() const override { return "mpi"; }

 private:
  struct Copy {
    torch::Tensor host;
    torch::Tensor device;
  };
  par::Comm comm_;
  par::AsyncSums sums_;
  std::vector<Copy> copies_;
};

}  // namespace nubox::train
