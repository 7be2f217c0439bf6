#include "nubox/net/conv_check.hpp"

#include "nubox/net/torch/device.hpp"

#include "net/conv_error.hpp"
#include "net/convolve.hpp"
#include "net/naive_conv.hpp"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace nubox::net {
namespace {

TEST(NaiveConv, gradients_are_those_of_automatic_differentiation_in_double) {
  torch::manual_seed(3);
  const Extent cube{6, 6, 6};
  for (const ConvStep& step :
       {ConvStep{Op::conv, 3, 2, 3, false, cube}, ConvStep{Op::conv, 3, 2, 3, true, cube},
        ConvStep{Op::down, 3, 2, 2, false, cube}, ConvStep{Op::down, 3, 2, 3, true, cube},
        ConvStep{Op::up, 3, 2, 2, false, cube}, ConvStep{Op::up, 3, 2, 3, true, cube}}) {
    const auto leaf = [](const std::vector<std::int64_t>& shape) {
      return torch::randn(shape, torch::kDouble).requires_grad_();
    };
    const torch::Tensor x = leaf(input_shape(step, 2)), w = leaf(weight_shape(step));
    const torch::Tensor y = convolve(step, x, w), g = torch::randn_like(y);
    y.backward(g);
    const naive::Rule rule{.transposed = step.op == Op::up,
                           .stride = step.op == Op::conv ? 1 : 2,
                           .border = step.pad ? naive::Border::zero : naive::Border::valid};
    const naive::Products found = naive::products(rule, x.detach(), w.detach(), g);
    ASSERT_EQ(found.output.sizes(), y.sizes());
    EXPECT_TRUE(torch::allclose(found.output, y, 1e-12, 1e-12));
    EXPECT_TRUE(torch::allclose(found.input_gradient, x.grad(), 1e-12, 1e-12));
    EXPECT_TRUE(torch::allclose(found.weight_gradient, w.grad(), 1e-12, 1e-12));
  }
}

TEST(ConvCheck, error_of_every_precision_is_within_its_bound) {
  const ConvCheck check(par::Comm::self());
  for (const Precision precision : check.precisions()) {
    for (const Layout layout : {Layout::contiguous, Layout::channels_last_3d}) {
      const ConvFigure worst = check.error(precision, layout);
      EXPECT_LE(worst.value, 1) << name_of(precision) << ", " << name_of(layout) << ": "
                                << worst.where;
      // A bound that is much too large would detect nothing.
      EXPECT_GT(worst.value, 0.01) << name_of(precision) << ", " << name_of(layout);
    }
  }
}

/// Numbers truncated to `digits` bits behind the binary point.
torch::Tensor shortened(const torch::Tensor& x, int digits) {
  return x.view(torch::kInt32).bitwise_and(~((1 << (23 - digits)) - 1)).view(torch::kFloat32);
}

TEST(ConvCheck, detects_inputs_rounded_to_fewer_bits_than_those_of_the_precision) {
  configure_math(Precision::fp32, false);
  for (const auto& [precision, digits] : {std::pair{Precision::fp32, 10}, {Precision::tf32, 7}}) {
    const auto shorter = [d = digits](const ConvStep& step, const torch::Tensor& x,
                                      const torch::Tensor& w) {
      // Gradients use the full inputs, so that only the output is wrong.
      return convolve(step, x + (shortened(x.detach(), d) - x.detach()), w);
    };
    double worst = 0;
    for (const ConvStep& step : examples()) {
      const double error =
          error_of(step, precision, Layout::contiguous, torch::kCPU, shorter).value;
      worst = std::max(worst, error);
    }
    EXPECT_GT(worst, 2) << digits;
  }
}

TEST(ConvCheck, detects_nan_and_a_gradient_that_lacks_one_channel) {
  const auto nan = [](const ConvStep& step, const torch::Tensor& x, const torch::Tensor& w) {
    return convolve(step, x, w) * std::numeric_limits<float>::quiet_NaN();
  };
  const auto one_less = [](const ConvStep& step, const torch::Tensor& x, const torch::Tensor& w) {
    const torch::Tensor y = convolve(step, x, w);
    return y.narrow(1, 0, 1).detach() - y.narrow(1, 0, 1) + y;
  };
  for (const ConvStep& step : examples()) {
    for (const Precision precision : {Precision::fp32, Precision::bf16}) {
      const auto error = [&](const ConvFunction& convolution) {
        return error_of(step, precision, Layout::contiguous, torch::kCPU, convolution).value;
      };
      EXPECT_EQ(error(nan), std::numeric_limits<double>::infinity());
      EXPECT_GT(error(one_less), 10) << name_of(step);
    }
  }
}

}  // namespace
}  // namespace nubox::net
