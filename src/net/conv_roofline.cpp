#include "nubox/net/conv_roofline.hpp"

#include "nubox/core/memory.hpp"
#include "nubox/net/layer_plan.hpp"
#include "nubox/net/torch/device.hpp"
#include "nubox/par/agree.hpp"

#include "net/convolve.hpp"
#include "net/device_seconds.hpp"

#include <functional>

namespace nubox::net {
namespace {

/// Number of tiles of a convolution, and the gradients to compute.
struct Passes {
  std::size_t batch = 1;
  bool weight_gradient = false, input_gradient = false;
  std::size_t repeats = 1;
};

double seconds_of(const ConvStep& step, const torch::TensorOptions& options, const Passes& passes) {
  const auto random = [&](const std::vector<std::int64_t>& shape) {
    return torch::rand(shape).to(options).contiguous(at::MemoryFormat::ChannelsLast3d);
  };
  const torch::Tensor x = random(input_shape(step, static_cast<std::int64_t>(passes.batch)));
  const torch::Tensor weight = random(weight_shape(step));
  std::vector<torch::Tensor> inputs;  // with gradients
  if (passes.weight_gradient) inputs.push_back(weight.requires_grad_());
  if (passes.input_gradient) inputs.push_back(x.requires_grad_());
  torch::Tensor upstream;
  return device_seconds(x.device(), passes.repeats, [&] {
    const torch::Tensor y = convolve(step, x, weight);
    if (!inputs.empty() && upstream.defined()) (void)torch::autograd::grad({y}, inputs, {upstream});
    if (!upstream.defined()) upstream = random(y.sizes().vec());
  });
}

/// Sum over the convolutions of `run(step, number, options)`, of the slowest rank. Collective.
double slowest_sum(
    const par::Comm& comm, const Architecture& architecture, const Extent& tile,
    Precision precision,
    const std::function<double(const ConvStep&, std::size_t, const torch::TensorOptions&)>& run) {
  set_threads(comm);
  configure_math(precision, false);
  const memory::HeapRetention across_layers;
  const auto options =
      torch::TensorOptions()
          .device(choose_device(comm))
          .dtype(precision == Precision::bf16 ? torch::kBFloat16 : torch::kFloat32);
  const double own = par::agree(comm, [&] {
    double sum = 0;
    std::size_t number = 0;
    for (const ConvStep& step : conv_steps(architecture, tile)) sum += run(step, number++, options);
    return sum;
  });
  return comm.all_reduce(own, par::Reduction::max);
}

}  // namespace

double convolution_seconds(const par::Comm& comm, const Architecture& architecture,
                           const Extent& tile, Precision precision, std::size_t repeats) {
  return slowest_sum(comm, architecture, tile, precision,
                     [&](const ConvStep& step, std::size_t, const torch::TensorOptions& options) {
                       const c10::InferenceMode inference;
                       return seconds_of(step, options, {.repeats = repeats});
                     });
}

double training_convolution_seconds(const par::Comm& comm, const Architecture& architecture,
                                    const Extent& tile, std::size_t batch, Precision precision,
                                    std::size_t repeats) {
  return slowest_sum(
      comm, architecture, tile, precision,
      [&](const ConvStep& step, std::size_t number, const torch::TensorOptions& options) {
        return seconds_of(step, options,
                          {.batch = batch,
                           .weight_gradient = true,
                           .input_gradient = number > 0,
                           .repeats = repeats});
      });
}

}  // namespace nubox::net
