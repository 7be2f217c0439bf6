#include "train/synchronised_norm.hpp"

#include "nubox/core/error.hpp"
#include "nubox/net/torch/batch_norm.hpp"

#include <memory>
#include <span>
#include <vector>

namespace nubox::train {

void merge_running_statistics(const par::Comm& comm, torch::nn::Module& module,
                              std::size_t local_samples) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::nn::BatchNorm3dImpl*> norms;
  for (const auto& part : module.modules()) {
    if (auto* norm = part->as<torch::nn::BatchNorm3dImpl>()) norms.push_back(norm);
  }
  if (norms.empty() || comm.size() == 1) return;

  const auto weight = static_cast<double>(local_samples);
  std::vector<torch::Tensor> parts;
  for (const auto* norm : norms) {
    const torch::Tensor mean = norm->running_mean.to(torch::kCPU, torch::kDouble);
    parts.insert(parts.end(),
                 {mean, mean.square(), norm->running_var.to(torch::kCPU, torch::kDouble)});
  }
  torch::Tensor sums =
      torch::cat({torch::cat(parts) * weight, torch::full({1}, weight, torch::kDouble)});
  comm.all_reduce(
      std::span<double>(sums.mutable_data_ptr<double>(), static_cast<std::size_t>(sums.numel())));
  const torch::Tensor averages = sums / sums[-1];

  std::int64_t offset = 0;
  for (auto* norm : norms) {
    const std::int64_t channels = norm->running_mean.numel();
    const auto part = [&](std::int64_t i) {
      return averages.narrow(0, offset + i * channels, channels);
    };
    // The variance over ranks of the running means is momentum^2 times that of the batch means; the
    // running variance gets momentum times that of the batch means.
    const torch::Tensor spread = (part(1) - part(0).square()).clamp_min(0);
    norm->running_mean.copy_(part(0));
    norm->running_var.copy_(part(2) + spread / norm->options.momentum().value());
    offset += 3 * channels;
  }
}

void synchronise_batch_norm(const par::Comm& comm, torch::nn::Module& module) {
  // A communicator of its own, since backward passes call this while gradient sums are in progress.
  const auto own = std::make_shared<par::Comm>(comm.duplicate());
  for (const auto& part : module.modules()) {
    if (auto* norm = part->as<net::BatchNorm>()) {
      norm->synchronise([own](std::span<double> values) { own->all_reduce(values); });
    } else if (part->as<torch::nn::BatchNorm3dImpl>() != nullptr) {
      throw InternalError("batch normalisation of layer '{}' cannot be synchronised over ranks",
                          part->name());
    }
  }
}

}  // namespace nubox::train
