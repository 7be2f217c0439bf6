#include "train/crop_loss.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"

#include "train/cic_density.hpp"
#include "train/transformed.hpp"

#include <cmath>
#include <functional>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace nubox::train {
namespace {

constexpr double spacing_mpch = 2;

TEST(Loss, is_the_mean_over_components_and_voxels_of_each_sample) {
  const auto target = torch::zeros({2, 3, 2, 2, 2});
  auto prediction = torch::full({2, 3, 2, 2, 2}, -2.0);
  prediction[1] = 0.5;
  const auto l1 = displacement_losses(prediction, target, DisplacementLoss::l1);
  const auto mse = displacement_losses(prediction, target, DisplacementLoss::mse);
  EXPECT_FLOAT_EQ(l1[0].item<float>(), 2.0F);
  EXPECT_FLOAT_EQ(l1[1].item<float>(), 0.5F);
  EXPECT_FLOAT_EQ(mse[0].item<float>(), 4.0F);
  EXPECT_THROW(CropLoss({.spectral = 1}, 4, 20), UsageError) << "k_Ny = 0.16 h/Mpc";
}

/// Sum of the kernel over all particles, as a product of three matrices, of one sample.
torch::Tensor naive_density(const torch::Tensor& positions, const torch::Tensor& counted) {
  const std::int64_t m = positions.size(1);
  const auto node = torch::arange(m, torch::kDouble);
  const auto kernel = [&](std::int64_t axis) {  // [particle][node]
    return (1 - (positions[axis].reshape({-1, 1}) - node).abs()).clamp_min(0);
  };
  return torch::einsum("p,px,py,pz->xyz", {counted.reshape({-1}), kernel(0), kernel(1), kernel(2)});
}

/// Particles in and around a mesh of 4^3, none within 0.01 cells of a node, where slopes jump.
torch::Tensor scattered(std::int64_t batch, std::int64_t m = 4) {
  const auto u =
      torch::rand({batch, 3, m, m, m}, torch::kDouble) * static_cast<double>(m + 2) - 1.5;
  return u.floor() + (u - u.floor()) * 0.98 + 0.01;
}

TEST(CicDensity, is_the_sum_of_the_kernel_at_the_nodes_of_the_mesh_alone) {
  torch::manual_seed(3);
  const auto u = scattered(2);
  const auto counted = (torch::rand({2, 4, 4, 4}) > 0.2).to(torch::kDouble);
  const auto density = cic_density(u, counted);
  for (std::int64_t s = 0; s < 2; ++s) {
    EXPECT_LT((density[s] - naive_density(u[s], counted[s])).abs().max().item<double>(), 1e-13);
  }
  EXPECT_LT(density.sum().item<double>(), counted.sum().item<double>());
}

/// Largest difference of a gradient from central differences, over the largest gradient.
double gradient_error(const std::function<torch::Tensor(const torch::Tensor&)>& value,
                      const torch::Tensor& at, double step) {
  auto x = at.clone().set_requires_grad(true);
  value(x).backward();
  const auto analytic = x.grad().flatten();
  const torch::NoGradGuard no_grad;
  double worst = 0;
  for (std::int64_t i = 0; i < at.numel(); i += 11) {  // every component and corner occurs
    auto low = at.clone(), high = at.clone();
    low.view({-1})[i] -= step;
    high.view({-1})[i] += step;
    const double numeric = (value(high) - value(low)).item<double>() / (2 * step);
    worst = std::max(worst, std::abs(numeric - analytic[i].item<double>()));
  }
  return worst / analytic.abs().max().item<double>();
}

TEST(CicDensity, gradient_is_that_of_finite_differences) {
  torch::manual_seed(4);
  const auto u = scattered(2);
  const auto counted = (torch::rand({2, 4, 4, 4}) > 0.2).to(torch::kDouble);
  const auto weight = torch::randn({2, 4, 4, 4}, torch::kDouble);
  const auto value = [&](const torch::Tensor& x) {
    return (cic_density(x, counted) * weight).square().sum();
  };
  EXPECT_LT(gradient_error(value, u, 1e-6), 1e-8);
}

/// A crop of displacements of some cells, and a prediction with errors.
struct Example {
  torch::Tensor prediction, target, base;
  explicit Example(std::int64_t batch, std::int64_t m = 6) {
    torch::manual_seed(5);
    base = 3 * torch::randn({batch, 3, m, m, m}, torch::kDouble);
    target = 0.4 * torch::randn({batch, 3, m, m, m}, torch::kDouble);
    prediction = target + 0.2 * torch::randn({batch, 3, m, m, m}, torch::kDouble);
  }
};

const LossOptions all_terms{
    .lagrangian = DisplacementLoss::mse, .eulerian = 1, .gradient = 0.5, .spectral = 0.7};

TEST(CropLoss, gradient_of_all_terms_is_that_of_finite_differences) {
  const Example e(1);
  const CropLoss loss(all_terms, 6, spacing_mpch);
  const auto value = [&](const torch::Tensor& x) {
    return loss(x, e.target, e.base).objective.sum();
  };
  // Steps are small enough that no particle crosses a node.
  EXPECT_LT(gradient_error(value, e.prediction, 1e-6), 1e-6);
}

TEST(CropLoss, is_the_log_of_the_product_of_its_terms) {
  const Example e(2);
  const double mean_square = (e.prediction - e.target)[1].square().mean().item<double>();
  double gradient = 0;
  for (std::int64_t axis = 1; axis < 4; ++axis) {
    gradient += (e.prediction - e.target)[1].diff(1, axis).square().mean().item<double>() / 3;
  }
  // Positions in cells about the mean displacement of the target.
  const auto i = torch::arange(6, torch::kDouble);
  const auto q = torch::stack(torch::meshgrid({i, i, i}, "ij"));
  const auto truth = e.target[1] + e.base[1];
  const auto mean = truth.mean({1, 2, 3}, true);
  const auto x = q + (truth - mean) / spacing_mpch;
  const auto y = q + (e.prediction[1] + e.base[1] - mean) / spacing_mpch;
  const auto counted = ((x >= 0) & (x <= 5)).all(0).to(torch::kDouble);
  ASSERT_LT(counted.sum().item<double>(), counted.numel());
  const double density =
      (naive_density(y, counted) - naive_density(x, counted)).square().mean().item<double>();

  LossOptions options = all_terms;
  options.spectral = 0;
  const auto values = CropLoss(options, 6, spacing_mpch)(e.prediction, e.target, e.base);
  EXPECT_NEAR(values.objective[1].item<double>(),
              3 * std::log(mean_square) + std::log(density) + 0.5 * std::log(gradient), 1e-10);
  EXPECT_NEAR(values.displacement[1].item<double>(), mean_square, 1e-12);
  const auto plain =
      CropLoss({.lagrangian = DisplacementLoss::mse}, 6, spacing_mpch)(e.prediction, e.target, {});
  EXPECT_TRUE(torch::equal(plain.objective, values.displacement));
}

/// Power of a tapered crop of 6^3 in bins of |n|, by the definition of the Fourier sum.
std::vector<double> naive_bin_power(const torch::Tensor& density) {
  const auto j = torch::arange(6, torch::kDouble), n = torch::arange(-3, 3, torch::kDouble);
  const auto taper = (units::pi * (j + 0.5) / 6).sin().square();
  const auto contrast =
      torch::einsum("xyz,x,y,z->xyz", {density - density.mean(), taper, taper, taper});
  const auto wave =
      torch::polar(torch::ones({6, 6}, torch::kDouble), -2 * units::pi / 6 * n.view({6, 1}) * j);
  const auto modes =
      torch::einsum("xyz,ax,by,cz->abc", {contrast.to(torch::kComplexDouble), wave, wave, wave});
  const auto norm = (n.view({6, 1, 1}).square() + n.view({6, 1}).square() + n.square()).sqrt();
  std::vector<double> power;
  for (int b = 0; b < 3; ++b) {
    power.push_back((modes.abs().square() * ((norm >= b) & (norm < b + 1))).sum().item<double>());
  }
  return power;
}

TEST(CropLoss, spectral_term_compares_the_log_of_binned_power) {
  const Example e(1);
  const auto i = torch::arange(6, torch::kDouble);
  const auto q = torch::stack(torch::meshgrid({i, i, i}, "ij"));
  const auto mean = e.target[0].mean({1, 2, 3}, true);
  const auto x = q + (e.target[0] - mean) / spacing_mpch;
  const auto counted = ((x >= 0) & (x <= 5)).all(0).to(torch::kDouble);
  const auto truth = naive_bin_power(naive_density(x, counted));
  const auto model =
      naive_bin_power(naive_density(q + (e.prediction[0] - mean) / spacing_mpch, counted));
  // Bins of 2 pi / 12 Mpc/h: the first begins at 0.52 h/Mpc, the second ends at the Nyquist one.
  double expected = 0;
  for (const std::size_t b : {1U, 2U}) {
    expected += (static_cast<double>(b) + 0.5) / 3 * std::pow(std::log(model[b] / truth[b]), 2) / 2;
  }
  const auto without = CropLoss({.gradient = 1}, 6, spacing_mpch)(e.prediction, e.target, {});
  const auto with =
      CropLoss({.gradient = 1, .spectral = 2}, 6, spacing_mpch)(e.prediction, e.target, {});
  EXPECT_GT(expected, 1e-4);
  // The taper is kept in fp32.
  EXPECT_NEAR((with.objective - without.objective)[0].item<double>(), 2 * expected,
              1e-5 * expected);
}

TEST(CropLoss, of_a_crop_does_not_depend_on_other_crops_or_a_common_displacement) {
  const Example e(3);
  const CropLoss loss(all_terms, 6, spacing_mpch);
  const auto together = loss(e.prediction, e.target, e.base).objective;
  const auto flow = torch::tensor({1.7, -40.3, 5.2}, torch::kDouble).view({1, 3, 1, 1, 1});
  for (std::int64_t s = 0; s < 3; ++s) {
    const auto one = [s](const torch::Tensor& t) { return t.narrow(0, s, 1); };
    const auto alone = loss(one(e.prediction), one(e.target), one(e.base) + flow).objective;
    EXPECT_NEAR(alone[0].item<double>(), together[s].item<double>(), 1e-9);
  }
}

TEST(CropLoss, is_the_same_for_every_orientation_of_the_cube) {
  const Example e(1);
  const CropLoss loss(all_terms, 6, spacing_mpch);
  const auto objective = [&](std::size_t element) {
    const auto seen = [&](const torch::Tensor& t) {
      return transformed(t[0].to(torch::kFloat32), octahedral(element), {0})
          .to(torch::kDouble)
          .unsqueeze(0);
    };
    return loss(seen(e.prediction), seen(e.target), seen(e.base)).objective.item<double>();
  };
  for (std::size_t element = 1; element < octahedral_order; ++element) {
    EXPECT_NEAR(objective(element), objective(0), 1e-6) << element;  // the taper is kept in fp32
  }
}

}  // namespace
}  // namespace nubox::train
