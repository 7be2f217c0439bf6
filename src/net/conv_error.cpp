#include "net/conv_error.hpp"

#include "nubox/core/fault.hpp"

#include "net/naive_conv.hpp"

#include <limits>

#include <ATen/CPUGeneratorImpl.h>

namespace nubox::net {
namespace {

naive::Rule rule_of(const ConvStep& step) {
  return {.transposed = step.op == Op::up,
          .stride = step.op == Op::conv ? 1 : 2,
          .border = step.pad ? naive::Border::zero : naive::Border::valid};
}

/// Normal random numbers that are exact in a precision, stored as fp32. They come from a generator
/// of the caller, so that checks do not change the random numbers of the program.
torch::Tensor numbers(const std::vector<std::int64_t>& shape, Precision precision,
                      at::Generator& generator) {
  const torch::Tensor x = torch::randn(shape, generator);
  if (precision == Precision::bf16) return x.to(torch::kBFloat16).to(torch::kFloat32);
  if (precision == Precision::fp32) return x;
  constexpr std::int32_t first_ten_digits = ~0x1FFF;
  return x.view(torch::kInt32).bitwise_and(first_ten_digits).view(torch::kFloat32);
}

/// A convolution with its gradients in the arithmetic to be checked.
naive::Products computed(const ConvStep& step, const naive::Products& like, const torch::Tensor& x,
                         const torch::Tensor& w, const torch::Tensor& upstream, Precision precision,
                         Layout layout, torch::Device device, const ConvFunction& convolution) {
  const auto leaf = [&](const torch::Tensor& t) {
    return t.to(device).contiguous(format_of(layout)).requires_grad_();
  };
  const torch::Tensor input = leaf(x), weight = leaf(w);
  torch::Tensor output;
  {
    const PrecisionScope scope(precision, device);
    output = convolution(step, input, weight);
  }
  TORCH_CHECK(output.sizes() == like.output.sizes(),
              "the output of a convolution has an unexpected shape");
  output.backward(upstream.to(output.options()).contiguous(format_of(layout)));
  const auto host = [](const torch::Tensor& t) {
    return t.detach().to(torch::kCPU, torch::kFloat64).contiguous();
  };
  naive::Products result{host(output), host(input.grad()), host(weight.grad())};
  fault::corrupt("doctor.conv", std::as_writable_bytes(
                                    std::span(result.output.mutable_data_ptr<double>(),
                                              static_cast<std::size_t>(result.output.numel()))));
  return result;
}

/// Bound of the rounding error (ConvCheck::error).
torch::Tensor error_bound(Precision precision, const torch::Tensor& sum, const torch::Tensor& terms,
                          const torch::Tensor& absolute_sum) {
  const double stored = precision == Precision::bf16 ? 2 * 0x1p-8 : 0x1p-24;
  const torch::Tensor summed = precision == Precision::fp32 ? 8 * 0x1p-24 * terms.sqrt()  //
                                                            : 0x1p-23 * terms;
  return stored * sum.abs() + summed * absolute_sum;
}

}  // namespace

std::vector<ConvStep> examples() {
  return {{Op::conv, 6, 12, 3, false, {8, 8, 8}},  {Op::conv, 12, 3, 1, false, {6, 6, 6}},
          {Op::conv, 64, 64, 3, true, {4, 4, 4}},  {Op::conv, 16, 16, 5, true, {6, 6, 6}},
          {Op::down, 12, 12, 2, false, {8, 8, 8}}, {Op::down, 16, 32, 3, true, {8, 8, 8}},
          {Op::up, 12, 12, 2, false, {4, 4, 4}},   {Op::up, 32, 16, 3, true, {4, 4, 4}}};
}

std::string name_of(const ConvStep& step) {
  const char* kind = step.op == Op::up     ? "transposed conv"
                     : step.op == Op::down ? "strided conv"
                                           : "conv";
  return fmt::format("{} {}^3, {} to {} channels", kind, step.kernel, step.in, step.out);
}

at::MemoryFormat format_of(Layout layout) {
  return layout == Layout::contiguous ? at::MemoryFormat::Contiguous
                                      : at::MemoryFormat::ChannelsLast3d;
}

ConvFigure error_of(const ConvStep& step, Precision precision, Layout layout, torch::Device device,
                    const ConvFunction& convolution) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{20191009});
  const torch::Tensor x = numbers(input_shape(step, 2), precision, generator);
  const torch::Tensor w = numbers(weight_shape(step), precision, generator);
  const naive::Rule rule = rule_of(step);
  const torch::Tensor g =
      numbers(naive::products(rule, x, w).output.sizes().vec(), precision, generator);
  const naive::Products exact = naive::products(rule, x, w, g);
  const naive::Products terms =
      naive::products(rule, torch::ones_like(x), torch::ones_like(w), torch::ones_like(g));
  const naive::Products absolute = naive::products(rule, x.abs(), w.abs(), g.abs());
  const naive::Products found =
      computed(step, exact, x, w, g, precision, layout, device, convolution);

  ConvFigure worst;
  const auto compare = [&](torch::Tensor naive::Products::*part, const char* name) {
    const torch::Tensor bound =
        error_bound(precision, exact.*part, terms.*part, absolute.*part).clamp_min(0x1p-126);
    const double ratio = ((found.*part - exact.*part).abs() / bound)
                             .nan_to_num(std::numeric_limits<double>::infinity())
                             .max()
                             .item<double>();
    if (!(ratio <= worst.value)) worst = {ratio, fmt::format("{}, {}", name_of(step), name)};
  };
  compare(&naive::Products::output, "output");
  compare(&naive::Products::input_gradient, "gradient of the input");
  compare(&naive::Products::weight_gradient, "gradient of the weight");
  return worst;
}

}  // namespace nubox::net
