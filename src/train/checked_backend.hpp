#pragma once

#include "nubox/par/comm.hpp"

#include "train/reduce_backend.hpp"

#include <memory>

namespace nubox::train {

/// Checks before every sum that all ranks sum the same tensor: its number in the sequence of sums,
/// its offset in the buffer and its length. Slow, for debugging.
class CheckedBackend : public ReduceBackend {
 public:
  CheckedBackend(const par::Comm& comm, std::unique_ptr<ReduceBackend> backend)
      : comm_(comm.duplicate()), backend_(std::move(backend)) {}
  /// @throws Error(communication), agreed, naming the first rank that differs from rank 0
  void start(const torch::Tensor& values) override;
  void progress() override { backend_->progress(); }
  void wait_all() override { backend_->wait_all(); }
  [[nodiscard]] std::string name() const override { return backend_->name() + ", checked"; }

 private:
  par::Comm comm_;
  std::unique_ptr<ReduceBackend> backend_;
  std::int64_t number_ = 0;
};

}  // namespace nubox::train
