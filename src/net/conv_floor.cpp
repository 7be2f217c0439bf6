#include "nubox/net/conv_floor.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/par/agree.hpp"

#include "net/device.hpp"
#include "net/layer_plan.hpp"
#include "net/network.hpp"

#include <algorithm>
#include <limits>

namespace nubox::net {
namespace {

torch::Tensor apply(const ConvStep& step, const torch::Tensor& x, const torch::Tensor& weight) {
  const std::int64_t padding = step.pad ? (index(step.kernel) - 1) / 2 : 0;
  const std::vector<std::int64_t> pad(3, padding), halving(3, 2), one(3, 1);
  if (step.op == Op::up) {
    // Twice the extent: what a padded kernel cuts off on the far side comes back as output padding.
    const std::vector<std::int64_t> fill(3, 2 * padding + 2 - index(step.kernel));
    return at::conv_transpose3d(x, weight, {}, halving, pad, fill);
  }
  return at::conv3d(x, weight, {}, step.op == Op::down ? halving : one, pad);
}

double seconds_of(const ConvStep& step, const torch::TensorOptions& options, std::size_t repeats) {
  const auto k = index(step.kernel), in = index(step.in), out = index(step.out);
  const torch::Tensor x =
      torch::rand({1, in, index(step.input[0]), index(step.input[1]), index(step.input[2])})
          .to(options)
          .contiguous(at::MemoryFormat::ChannelsLast3d);
  const torch::Tensor weight =
      (step.op == Op::up ? torch::rand({in, out, k, k, k}) : torch::rand({out, in, k, k, k}))
          .to(options)
          .contiguous(at::MemoryFormat::ChannelsLast3d);
  double fastest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i <= repeats; ++i) {
    const Stopwatch watch;
    const torch::Tensor y = apply(step, x, weight);
    if (x.is_cuda()) torch::cuda::synchronize();
    if (i > 0) fastest = std::min(fastest, watch.seconds());  // the first call sets kernels up
    log::beat();
  }
  return fastest;
}

}  // namespace

double convolution_seconds(const par::Comm& comm, const Architecture& architecture,
                           const Extent& tile, const std::string& precision, std::size_t repeats) {
  const Precision chosen = par::agree(comm, [&] { return precision_from(precision); });
  set_threads(comm);
  configure_math(chosen, false);
  const auto options = torch::TensorOptions()
                           .device(choose_device(comm))
                           .dtype(chosen == Precision::bf16 ? torch::kBFloat16 : torch::kFloat32);
  const double own = par::agree(comm, [&] {
    const c10::InferenceMode inference;
    double sum = 0;
    for (const ConvStep& step : conv_steps(architecture, tile)) {
      sum += seconds_of(step, options, repeats);
    }
    return sum;
  });
  return comm.all_reduce(own, par::Reduction::max);
}

}  // namespace nubox::net
