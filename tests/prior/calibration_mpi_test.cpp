#include "nubox/core/error.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/prior/calibration.hpp"

#include "prior/support.hpp"

#include <gtest/gtest.h>

namespace {

using namespace nubox;
using namespace nubox::prior;
using namespace nubox::prior::test;

/// Two masses of a coarse and of a fine force.
Calibration sample() {
  const double light = theories_of(0.15).amplitude_ratio(RewindOptions{}.epoch_k_hmpc);
  const double heavy = theories_of(0.6).amplitude_ratio(RewindOptions{}.epoch_k_hmpc);
  return {{0.1, 1.0},
          {{2, 0.15, light, 1.0, 0.8, {1.001, 0.99}},
           {2, 0.6, heavy, 1.2, 0.7, {1.01, 0.95}},
           {6, 0.15, light, 0.8, 0.5, {1.002, 0.98}}}};
}

io::FieldHeader header_of_class(std::size_t mesh_factor) {
  io::FieldHeader header = massless_header();
  header.extra["mesh_factor"] = static_cast<std::int64_t>(mesh_factor);
  return header;
}

Prescription prescribed(std::size_t mesh_factor, double mass_eV) {
  return prescribe(sample(), mesh_factor, theories_of(mass_eV), {.steps = 3});
}

TEST(Gain, is_linear_in_ln_k_and_tends_to_1_for_long_waves) {
  const Gain gain{{0.1, 1.0}, {1.02, 0.9}};
  EXPECT_DOUBLE_EQ(gain(0.1), 1.02);
  EXPECT_DOUBLE_EQ(gain(1.0), 0.9);
  EXPECT_NEAR(gain(std::sqrt(0.1)), 0.96, 1e-14);
  EXPECT_DOUBLE_EQ(gain(5.0), 0.9);
  EXPECT_NEAR(gain(0.01) - 1, 0.02e-2, 1e-14);
  EXPECT_EQ(Gain{}(0.3), 1);
}

TEST(GainFit, recovers_the_gain_between_two_boxes) {
  const par::Comm world = par::Comm::world();
  const field::LatticeField prior = zeldovich_box(world).displacement;
  const Gain made{gain_knots(box_mpch, n), {1.01, 0.98, 1.03, 0.9}};
  ASSERT_EQ(made.k_hmpc.size(), 4u);  // octaves from 2 pi / L to pi n / L
  EXPECT_NEAR(made.k_hmpc.back(), units::pi * n / box_mpch, 1e-12);
  field::LatticeField target = prior;
  field::apply_filter(target, fft::Plan::create(world, n), made);
  GainFit fit(made.k_hmpc);
  fit.add(prior, target);
  const Gain found = fit.solve();
  for (std::size_t j = 0; j < made.value.size(); ++j) {
    EXPECT_NEAR(found.value[j], made.value[j], 1e-5) << j;  // float32 displacements
  }
}

TEST(GainFit, is_not_affected_by_incoherent_differences) {
  // Another realisation added to the target is uncorrelated with the prior and does not change the
  // gain.
  const par::Comm world = par::Comm::world();
  const field::LatticeField prior = zeldovich_box(world).displacement;
  field::LatticeField target = prior;
  const auto other = sim::initial_conditions(fft::Plan::create(world, n), box_mpch, {.seed = 8},
                                             sim::test::theory_of(0), 1, 1);
  for (std::size_t i = 0; i < target.values().size(); ++i) {
    target.values()[i] += 0.1F * other.displacement_mpch.values()[i];
  }
  GainFit fit({units::pi * n / box_mpch});
  fit.add(prior, target);
  // Chance correlation of a tenth of the amplitude over some thousand modes of three components.
  EXPECT_NEAR(fit.solve().value[0], 1, 0.01);
}

TEST(GainFit, balances_displacement_and_transfer_functions) {
  // One knot beyond the Nyquist frequency of the longest axis: G acts as k^2 everywhere, and the
  // sum is a parabola, known from two of its values.
  const par::Comm world = par::Comm::world();
  const field::LatticeField prior = zeldovich_box(world).displacement;
  field::LatticeField target = prior;
  const auto plan = fft::Plan::create(world, n);
  const double knot = 2 * units::pi * n / box_mpch;
  field::apply_filter(target, plan, Gain{{knot}, {1.2}});
  GainFit fit({knot}, GainFit::Error::displacement);
  fit.add(prior, target);
  EXPECT_NEAR(fit.solve().value[0], 1.2, 1e-4);
  // Relative to G = 1 the displacements' sum is (1 - (G - 1) / 0.2)^2; T = 0.98 + 0.5 (G - 1).
  const double slope = 0.5, lack = 0.02, tolerance = 0.03;
  const double expected = (1 / 0.2 + slope * lack / (tolerance * tolerance)) /
                          (1 / 0.04 + slope * slope / (tolerance * tolerance));
  const TransferResponse transfers{{1 - lack + slope * 0.01}, {{slope}}, {1.01}};
  EXPECT_NEAR(fit.solve(transfers, tolerance).value[0], 1 + expected, 1e-4);
  EXPECT_NEAR(fit.solve(transfers, 1e-6).value[0], 1 + lack / slope, 1e-5);
  EXPECT_NEAR(fit.solve(transfers, 1e3).value[0], 1.2, 1e-4);
}

TEST(NearestClass, is_the_same_else_the_nearest_in_ratio_and_the_finest_for_unknown_ones) {
  const std::vector<std::size_t> known{2, 4, 6}, with_unknown{2, 0};
  EXPECT_EQ(nearest_class(known, 4), 4u);
  EXPECT_EQ(nearest_class(known, 1), 2u);
  EXPECT_EQ(nearest_class(known, 8), 6u);
  EXPECT_EQ(nearest_class(known, 0), 6u);
  EXPECT_EQ(nearest_class(with_unknown, 0), 0u);
  EXPECT_EQ(nearest_class(with_unknown, 4), 0u);
  EXPECT_EQ(nearest_class(with_unknown, 2), 2u);
}

TEST(VelocityFit, recovers_smoothing_and_damping) {
  const double damping = 0.62, smoothing_mpch = 1.3;
  const std::vector<double> by_damping = {0.10, 0.05, -0.02}, by_smoothing = {0.01, 0.03, -0.04};
  const std::vector<RewindOptions> trials = velocity_trials({.steps = 3, .mesh_factor = 4});
  EXPECT_EQ(trials.front().velocity_damping, 1);
  std::vector<std::vector<double>> transfers;
  for (const RewindOptions& trial : trials) {
    EXPECT_EQ(trial.mesh_factor, 4u);
    // With a damping of 1 the smoothing length has no effect; its effect grows with stronger
    // damping.
    const double f = trial.velocity_damping - damping;
    const double r = std::log(trial.velocity_smoothing_mpch / smoothing_mpch);
    std::vector<double>& transfer = transfers.emplace_back();
    for (std::size_t b = 0; b < by_damping.size(); ++b) {
      transfer.push_back(1 + f * by_damping[b] + f * f * 0.02 +
                         (1 - trial.velocity_damping) * r * by_smoothing[b]);
    }
  }
  const RewindOptions found = fit_velocities({.steps = 3}, transfers);
  EXPECT_EQ(found.steps, 3u);
  // These transfer functions are quadratic in both numbers, as the fit assumes.
  EXPECT_NEAR(found.velocity_damping, damping, 1e-3);
  EXPECT_NEAR(found.velocity_smoothing_mpch, smoothing_mpch, 1e-3);
}

TEST(VelocityFit, gives_the_plain_rewind_if_damping_increases_the_error) {
  std::vector<std::vector<double>> transfers;
  for (const RewindOptions& trial : velocity_trials({})) {
    transfers.push_back({0.999 + 0.1 * (1 - trial.velocity_damping)});
    transfers.back().push_back(1.0 + 0.1 * (1 - trial.velocity_damping));
  }
  const RewindOptions found = fit_velocities({}, transfers);
  EXPECT_NEAR(found.velocity_damping, 1, 0.01);
}

TEST(Prescription, at_a_fitted_point_is_that_point) {
  const Prescription light = prescribed(2, 0.15), heavy = prescribed(2, 0.6);
  EXPECT_NEAR(light.rewind.velocity_damping, 0.8, 1e-12);
  EXPECT_NEAR(heavy.rewind.velocity_damping, 0.7, 1e-12);
  EXPECT_NEAR(heavy.rewind.velocity_smoothing_mpch, 1.2, 1e-12);
  EXPECT_NEAR(light.gain.value[1], 0.99, 1e-12);
  EXPECT_NEAR(heavy.gain.value[0], 1.01, 1e-12);
  EXPECT_EQ(heavy.rewind.steps, 3u);
}

TEST(Prescription, is_interpolated_between_masses_and_vanishes_with_the_mass) {
  const Prescription middle = prescribed(2, 0.3);
  EXPECT_GT(middle.rewind.velocity_damping, 0.7);
  EXPECT_LT(middle.rewind.velocity_damping, 0.8);
  EXPECT_GT(middle.gain.value[0], 1.001);
  EXPECT_LT(middle.gain.value[0], 1.01);
  // Below the lightest the gain goes with ln s, in proportion to the mass.
  const double one = prescribed(2, 0.001).gain.value[1] - 1;
  const double two = prescribed(2, 0.002).gain.value[1] - 1;
  EXPECT_LT(one, 0);
  EXPECT_GT(one, -1e-3);
  EXPECT_NEAR(two / one, 2, 0.1);  // as accurately as s is
  for (const double g : prescribed(2, 0).gain.value) EXPECT_NEAR(g, 1, 1e-12);
}

TEST(Prescription, depends_on_the_force_resolution_of_the_input) {
  EXPECT_EQ(prescribed(6, 0.15).rewind.velocity_damping, 0.5);
  EXPECT_EQ(prescribed(8, 0.15).rewind.velocity_damping, 0.5);
  EXPECT_EQ(prescribed(1, 0.15).rewind.velocity_damping, 0.8);
  EXPECT_EQ(prescribed(3, 0.15).rewind.velocity_damping, 0.8);
  EXPECT_EQ(prescribed(4, 0.15).rewind.velocity_damping, 0.5);
  // For a snapshot of another code of unknown class: the finest of the training.
  const Theories theories = theories_of(0.15);
  EXPECT_EQ(prescribe(sample(), 0, theories, {}).rewind.velocity_damping, 0.5);
  Calibration with_imported = sample();
  with_imported.points.push_back(
      {0, 0.15, theories.amplitude_ratio(RewindOptions{}.epoch_k_hmpc), 1, 0.3, {1, 1}});
  EXPECT_EQ(prescribe(with_imported, 0, theories, {}).rewind.velocity_damping, 0.3);
  EXPECT_EQ(prescribe({}, 0, theories, {.velocity_damping = 0.4}).rewind.velocity_damping, 0.4);
}

TEST(Prescription, without_mass_gives_the_input_bit_for_bit) {
  const par::Comm world = par::Comm::world();
  field::Box input = zeldovich_box(world);
  input.header = header_of_class(2);
  const Prescription numbers = prescribed(2, 0);
  const field::Box out = apply(Kind::rewind, input, theories_of(0), numbers.rewind, {{0.1}, {0.9}});
  EXPECT_TRUE(same_bits(out.displacement.values(), input.displacement.values()));
  EXPECT_TRUE(same_bits(out.velocity->values(), input.velocity->values()));
}

TEST(Prescription, gain_multiplies_displacements_and_velocities) {
  const par::Comm world = par::Comm::world();
  const Theories theories = theories_of(0.15);
  const field::Box wave = plane_wave(world, 1);
  const field::Box plain = apply(Kind::linear, wave, theories);
  const field::Box gained = apply(Kind::linear, wave, theories, {}, {{plane_wave_k_hmpc()}, {0.9}});
  const double psi = 0.9 * theories.amplitude_ratio(plane_wave_k_hmpc());
  EXPECT_LT(deviation_from_wave(gained.displacement, psi), 3e-6);
  for (std::size_t i = 0; i < plain.velocity->values().size(); ++i) {
    ASSERT_NEAR(gained.velocity->values()[i], 0.9 * plain.velocity->values()[i], 1e-3);  // km/s
  }
}

TEST(Calibration, is_read_as_written) {
  const Calibration calibration = sample();
  io::TableFile table;
  write_calibration(calibration, "of_prior", table);
  const Calibration back = read_calibration(table, "of_prior");
  EXPECT_EQ(back.k_hmpc, calibration.k_hmpc);
  ASSERT_EQ(back.points.size(), calibration.points.size());
  for (std::size_t i = 0; i < back.points.size(); ++i) {
    const CalibrationPoint &a = back.points[i], &b = calibration.points[i];
    EXPECT_EQ(a.mesh_factor, b.mesh_factor);
    EXPECT_EQ(a.M_nu_eV, b.M_nu_eV);
    EXPECT_EQ(a.amplitude_ratio, b.amplitude_ratio);
    EXPECT_EQ(a.velocity_smoothing_mpch, b.velocity_smoothing_mpch);
    EXPECT_EQ(a.velocity_damping, b.velocity_damping);
    EXPECT_EQ(a.gain, b.gain);
  }
  io::TableFile none;
  write_calibration({}, "of_prior", none);
  EXPECT_TRUE(none.arrays.empty());
  EXPECT_TRUE(read_calibration(none, "of_prior").empty());
  table.arrays.erase("of_prior/gain");
  EXPECT_THROW((void)read_calibration(table, "of_prior"), InputError);
}

}  // namespace
