#include "nubox/net/conv_floor.hpp"

#include "nubox/par/agree.hpp"

#include "net/convolve.hpp"
#include "net/device.hpp"
#include "net/fastest.hpp"

namespace nubox::net {
namespace {

double seconds_of(const ConvStep& step, const torch::TensorOptions& options, std::size_t repeats) {
  const auto random = [&](const std::vector<std::int64_t>& shape) {
    return torch::rand(shape).to(options).contiguous(at::MemoryFormat::ChannelsLast3d);
  };
  const torch::Tensor x = random(input_shape(step, 1)), weight = random(weight_shape(step));
  return fastest_seconds(x.device(), repeats, [&] { (void)convolve(step, x, weight); });
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
