#include "nubox/net/conv_check.hpp"

#include "nubox/core/fault.hpp"
#include "nubox/core/log.hpp"
#include "nubox/net/torch/device.hpp"
#include "nubox/net/torch/network.hpp"

#include "net/conv_error.hpp"
#include "net/device_seconds.hpp"

#include <limits>

namespace nubox::net {
namespace {

/// Large enough to keep a device busy, small enough to take a fraction of a second.
struct SpeedSize {
  std::size_t channels, edge;
};
SpeedSize speed_size(bool gpu) { return gpu ? SpeedSize{64, 64} : SpeedSize{32, 16}; }

}  // namespace

std::string name_of(Layout layout) {
  return layout == Layout::contiguous ? "contiguous" : "channels_last_3d";
}

ConvCheck::ConvCheck(const par::Comm& comm) {
  set_threads(comm);
  const torch::Device device = choose_device(comm);
  on_gpu_ = device.is_cuda();
  device_ = device.str();
}

std::vector<Precision> ConvCheck::precisions() const {
  std::vector<Precision> all{Precision::fp32};
  if (on_gpu_) all.push_back(Precision::tf32);  // on CPUs it is fp32
  all.push_back(Precision::bf16);
  std::erase_if(all,
                [&](Precision precision) { return !computes(precision, torch::Device(device_)); });
  return all;
}

ConvFigure ConvCheck::error(Precision precision, Layout layout) const {
  configure_math(precision, false);
  ConvFigure worst;
  for (const ConvStep& step : examples()) {
    const ConvFigure figure = error_of(step, precision, layout, torch::Device(device_));
    if (!(figure.value <= worst.value)) worst = figure;
    log::beat();
  }
  return worst;
}

double ConvCheck::matrix_rate(std::size_t repeats) const {
  const c10::InferenceMode inference;
  configure_math(Precision::fp32, false);
  const torch::Device device(device_);
  const auto [channels, edge] = speed_size(on_gpu_);
  const std::int64_t rows = index(channels), inner = 27 * rows, columns = index(edge * edge * edge);
  const torch::Tensor a = torch::rand({rows, inner}, device),
                      b = torch::rand({inner, columns}, device);
  const double seconds = device_seconds(device, repeats, [&] { (void)torch::mm(a, b); });
  return static_cast<double>(rows * inner * columns) / seconds;
}

ConvFigure ConvCheck::slowest_rate(Precision precision, Layout layout, std::size_t repeats) const {
  configure_math(precision, false);
  const torch::Device device(device_);
  const auto [c, n] = speed_size(on_gpu_);
  ConvFigure slowest{std::numeric_limits<double>::infinity(), ""};
  for (const ConvStep& step :
       {ConvStep{Op::conv, c, c, 3, true, {n, n, n}}, ConvStep{Op::down, c, c, 3, true, {n, n, n}},
        ConvStep{Op::up, c, c, 3, true, {n / 2, n / 2, n / 2}}}) {
    const auto leaf = [&](const std::vector<std::int64_t>& shape) {
      return torch::rand(shape, device).contiguous(format_of(layout)).requires_grad_();
    };
    const torch::Tensor x = leaf(input_shape(step, 1)), w = leaf(weight_shape(step));
    torch::Tensor upstream;
    const double seconds = device_seconds(device, repeats, [&] {
      const PrecisionScope scope(precision, device);
      const torch::Tensor y = convolve(step, x, w);
      if (!upstream.defined()) upstream = torch::rand_like(y);
      y.backward(upstream);
    });
    const double rate =
        fault::corrupted("doctor.conv_speed", 3 * multiply_adds(std::vector{step}) / seconds);
    if (rate < slowest.value) slowest = {rate, name_of(step)};
  }
  return slowest;
}

}  // namespace nubox::net
