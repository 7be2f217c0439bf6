#pragma once

#include "nubox/io/table_file.hpp"
#include "nubox/par/comm.hpp"

#include <functional>
#include <string>
#include <vector>

#include <torch/torch.h>

namespace nubox::train {

/// All trainable parameters of a module in two flat buffers, values and gradients, in the order in
/// which the backward pass completes gradients. A bucket of gradients is thus one contiguous range,
/// and optimiser, averages and checkpoints use whole buffers. The tensors of the module become
/// views.
class FlatParameters {
 public:
  struct Entry {
    std::string name;
    torch::Tensor tensor;
    std::int64_t offset = 0;
  };

  /// @param probe  runs one forward and backward pass, in which the order is observed: it is not
  ///               simply the reverse of the parameters
  /// All ranks take the order and the values of rank 0. Collective.
  /// @throws InternalError (agreed) naming a parameter that gets no gradient
  FlatParameters(const par::Comm& comm, const torch::nn::Module& module,
                 const std::function<void()>& probe);

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] torch::Tensor& values() { return values_; }
  [[nodiscard]] const torch::Tensor& values() const { return values_; }
  [[nodiscard]] torch::Tensor& gradients() { return gradients_; }

  /// A buffer of the same layout as arrays "<group>/<parameter name>", and back.
  /// Reading @throws InputError
  void write(const torch::Tensor& buffer, const std::string& group, io::TableFile& table) const;
  void read(const io::TableFile& table, const std::string& group, torch::Tensor& buffer) const;

 private:
  [[nodiscard]] torch::Tensor view(const torch::Tensor& buffer, const Entry& entry) const;
  std::vector<Entry> entries_;
  torch::Tensor values_;
  torch::Tensor gradients_;
};

/// Calls a function each time a parameter's gradient has been accumulated, until removed.
void set_gradient_hook(const torch::Tensor& parameter, std::function<void()> action);
void remove_gradient_hook(const torch::Tensor& parameter);

}  // namespace nubox::train
