#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/sim/simulate.hpp"
#include "nubox/sim/stepping.hpp"

#include "sim/support.hpp"
#include "support/files.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::sim {
namespace {

SimulationOptions small_run() {
  SimulationOptions options;
  options.n = 8;
  options.box_size_mpch = 8;
  options.gravity = Gravity::p3m;
  options.softening_mpch = 0.1;
  options.z_initial = 49;
  options.redshifts = {9, 2};
  options.accuracy = 0.1;
  return options;
}

std::vector<field::Box> outputs_of(const SimulationOptions& options) {
  std::vector<field::Box> outputs;
  simulate(par::Comm::world(), options, {}, test::tables(),
           [&](const field::Box& box) { outputs.push_back(box); });
  return outputs;
}

double rms_difference(const field::Box& a, const field::Box& b) {
  const auto x = a.displacement.values(), y = b.displacement.values();
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = static_cast<double>(x[i]) - static_cast<double>(y[i]);
    sum += d * d;
  }
  const double sites =
      static_cast<double>(a.displacement.n() * a.displacement.n() * a.displacement.n());
  return std::sqrt(par::Comm::world().all_reduce(sum) / sites);
}

TEST(AdaptiveSteps, are_those_of_gadget) {
  // dt = sqrt(2 accuracy softening / acceleration) in physical units: km/s and Mpc/h, with the
  // acceleration from what a kick does to v = 100 p / a.
  const cosmology::Background& background = test::theory_of().background();
  const double force_mpch = 300;
  const AdaptiveSteps steps{.accuracy = 0.025, .softening_mpch = 0.05};
  for (const double a : {0.3, 1.0}) {
    const double da = 1e-4 * a, hubble = 100 * background.E(a);
    const double dp_da = background.kick(a, a + da) / da * force_mpch;
    const double acceleration = 100 * dp_da * a * hubble / a;
    const double dt = std::sqrt(2 * steps.accuracy * a * steps.softening_mpch / acceleration);
    EXPECT_NEAR(adaptive_step(steps, background, a, force_mpch) / (hubble * dt), 1, 1e-3) << a;
  }
  EXPECT_EQ(adaptive_step(steps, background, 0.02, 1e-3), AdaptiveSteps::largest_dlna);
}

TEST(AdaptiveSteps, that_collapse_are_an_error) {
  const cosmology::Background& background = test::theory_of().background();
  const AdaptiveSteps steps{.accuracy = 0.025, .softening_mpch = 0.05};
  for (const double force_mpch : {1e12, std::nan("")}) {
    const auto error =
        nubox::test::error_of([&] { (void)adaptive_step(steps, background, 0.5, force_mpch); });
    ASSERT_TRUE(error) << force_mpch;
    EXPECT_EQ(error->code(), ExitCode::numerical);
    EXPECT_NE(std::string(error->what()).find("collapsed"), std::string::npos);
  }
  SimulationOptions options = small_run();
  options.accuracy = 1e-12;
  const auto error = nubox::test::error_of([&] { (void)outputs_of(options); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::numerical);
  EXPECT_TRUE(error->agreed());
}

TEST(AdaptiveSteps, end_at_the_outputs_and_converge_to_many_equal_steps) {
  SimulationOptions fine = small_run();
  fine.accuracy = 0;
  fine.steps = 400;
  const std::vector<field::Box> reference = outputs_of(fine);
  SimulationOptions rough = small_run();
  const std::vector<field::Box> coarse = outputs_of(rough);
  rough.accuracy /= 16;
  const std::vector<field::Box> better = outputs_of(rough);
  ASSERT_EQ(coarse.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(coarse[i].header.redshift, fine.redshifts[i]);
  // A quarter of the step, an error of second order: a sixteenth, but for close encounters.
  EXPECT_LE(rms_difference(better[1], reference[1]), rms_difference(coarse[1], reference[1]) / 3);
  EXPECT_LE(rms_difference(better[1], reference[1]), 0.05) << "of 1 Mpc/h between particles";
}

TEST(AdaptiveSteps, are_named_in_the_header_and_need_pairs) {
  const auto header = output_header(small_run(), {}, test::tables(), 2);
  EXPECT_EQ(io::find<double>(header.extra, "accuracy"), 0.1);
  EXPECT_FALSE(header.extra.contains("steps"));
  SimulationOptions mesh = small_run();
  mesh.gravity = Gravity::pm;
  EXPECT_THROW(require_valid(mesh), UsageError);
}

}  // namespace
}  // namespace nubox::sim
