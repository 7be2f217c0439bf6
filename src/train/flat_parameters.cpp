#include "train/flat_parameters.hpp"

#include "nubox/core/error.hpp"
#include "nubox/net/torch/weights.hpp"
#include "nubox/par/agree.hpp"

#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

namespace nubox::train {
namespace {

class AfterGradient : public torch::autograd::PostAccumulateGradHook {
 public:
  explicit AfterGradient(std::function<void()> action) : action_(std::move(action)) {}
  void operator()(const torch::autograd::Variable& /*parameter*/) override { action_(); }

 private:
  std::function<void()> action_;
};

/// Indices of the parameters in the order in which a backward pass completes their gradients.
std::vector<std::uint64_t> observe_order(const std::vector<FlatParameters::Entry>& parameters,
                                         const std::function<void()>& probe) {
  std::vector<std::uint64_t> order;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    set_gradient_hook(parameters[i].tensor, [&order, i] { order.push_back(i); });
  }
  probe();
  for (const auto& parameter : parameters) remove_gradient_hook(parameter.tensor);
  return order;
}

void require_permutation(const std::vector<std::uint64_t>& order,
                         const std::vector<FlatParameters::Entry>& parameters) {
  std::vector<int> count(parameters.size(), 0);
  for (const std::uint64_t i : order) ++count[i];
  for (std::size_t i = 0; i < count.size(); ++i) {
    if (count[i] != 1) {
      throw InternalError("parameter '{}' gets {} gradients in a backward pass, expected one",
                          parameters[i].name, count[i]);
    }
  }
}

}  // namespace

void set_gradient_hook(const torch::Tensor& parameter, std::function<void()> action) {
  torch::autograd::impl::set_post_acc_grad_hooks(
      parameter, std::make_unique<AfterGradient>(std::move(action)));
}

void remove_gradient_hook(const torch::Tensor& parameter) {
  torch::autograd::impl::set_post_acc_grad_hooks(parameter, nullptr);
}

FlatParameters::FlatParameters(const par::Comm& comm, const torch::nn::Module& module,
                               const std::function<void()>& probe) {
  std::vector<Entry> parameters;
  for (const auto& item : module.named_parameters()) {
    if (item.value().requires_grad()) parameters.push_back({item.key(), item.value()});
  }
  std::vector<std::uint64_t> order = par::agree(comm, [&] {
    auto observed = observe_order(parameters, probe);
    require_permutation(observed, parameters);
    return observed;
  });
  comm.broadcast(std::span<std::uint64_t>(order));

  std::int64_t total = 0;
  for (const std::uint64_t i : order) {
    entries_.push_back({parameters[i].name, parameters[i].tensor, total});
    total += parameters[i].tensor.numel();
  }
  const torch::NoGradGuard no_grad;
  values_ = torch::zeros({total}, entries_.front().tensor.options().requires_grad(false));
  gradients_ = torch::zeros_like(values_);
  for (Entry& entry : entries_) {
    const torch::Tensor value = view(values_, entry);
    value.copy_(entry.tensor);
    entry.tensor.set_data(value);
    entry.tensor.mutable_grad() = view(gradients_, entry);
  }
  torch::Tensor host = values_.cpu();
  comm.broadcast(std::span<float>(host.mutable_data_ptr<float>(), static_cast<std::size_t>(total)));
  values_.copy_(host);
}

torch::Tensor FlatParameters::view(const torch::Tensor& buffer, const Entry& entry) const {
  // With the strides of the parameter (channels last), so that autograd accumulates in place.
  return buffer.as_strided(entry.tensor.sizes(), entry.tensor.strides(), entry.offset);
}

void FlatParameters::write(const torch::Tensor& buffer, const std::string& group,
                           io::TableFile& table) const {
  for (const Entry& entry : entries_) {
    table.arrays[group + "/" + entry.name] = net::to_array(view(buffer, entry));
  }
}

void FlatParameters::read(const io::TableFile& table, const std::string& group,
                          torch::Tensor& buffer) const {
  const torch::NoGradGuard no_grad;
  for (const Entry& entry : entries_) {
    const std::string path = group + "/" + entry.name;
    const auto found = table.arrays.find(path);
    if (found == table.arrays.end()) throw InputError("'{}' is missing", path);
    torch::Tensor target = view(buffer, entry);
    net::copy_from_array(found->second, target, path);
  }
}

}  // namespace nubox::train
