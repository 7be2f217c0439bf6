#include "nubox/core/error.hpp"
#include "nubox/prior/shared.hpp"

#include "prior/support.hpp"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

namespace {

using namespace nubox;
using namespace nubox::prior;
using namespace nubox::prior::test;

constexpr Kind all_kinds[] = {Kind::none, Kind::linear, Kind::rewind, Kind::za};

double rms(const field::LatticeField& field) {
  double sum = 0;
  for (const float x : field.values()) sum += static_cast<double>(x) * x;
  const double sites = static_cast<double>(field.n() * field.n() * field.n());
  return std::sqrt(field.comm().all_reduce(sum) / sites);
}

double rms_difference(const field::LatticeField& a, const field::LatticeField& b) {
  field::LatticeField difference = a;
  for (std::size_t i = 0; i < b.values().size(); ++i) difference.values()[i] -= b.values()[i];
  return rms(difference);
}

TEST(Prior, without_mass_returns_the_input_bit_for_bit) {
  const par::Comm world = par::Comm::world();
  const field::Box input = zeldovich_box(world);
  for (const Kind kind : all_kinds) {
    const field::Box out = apply(kind, input, theories_of(0));
    EXPECT_TRUE(same_bits(out.displacement.values(), input.displacement.values())) << name_of(kind);
    EXPECT_TRUE(same_bits(out.velocity->values(), input.velocity->values())) << name_of(kind);
  }
}

TEST(Prior, none_is_the_input_in_the_massive_cosmology) {
  const par::Comm world = par::Comm::world();
  const field::Box input = plane_wave(world, 1);
  const field::Box out = apply(Kind::none, input, theories_of(0.15));
  EXPECT_TRUE(same_bits(out.displacement.values(), input.displacement.values()));
  EXPECT_EQ(out.header.cosmology.M_nu_eV, 0.15);
  EXPECT_EQ(out.header.origin, "predict");
  EXPECT_EQ(std::get<std::string>(out.header.extra.at("prior")), "none");
}

TEST(Prior, linear_filter_scales_a_plane_wave_by_the_amplitude_ratio) {
  const par::Comm world = par::Comm::world();
  const double k = plane_wave_k_hmpc();
  for (const double mass_eV : {0.15, 0.6}) {
    const Theories theories = theories_of(mass_eV);
    const field::Box out = apply(Kind::linear, plane_wave(world, 3), theories);
    const double psi = 3 * theories.amplitude_ratio(k);
    EXPECT_LT(deviation_from_wave(out.displacement, psi), 3e-6);
    // A growing mode of the massive cosmology moves with E and f of that cosmology.
    const double v = psi * velocity_per_displacement(theories.massive, k);
    EXPECT_LT(deviation_from_wave(*out.velocity, v), 1e-6 * v);
  }
}

TEST(Prior, linear_filter_leaves_the_mean_displacement_untouched) {
  const par::Comm world = par::Comm::world();
  const Theories theories = theories_of(0.6);
  const double offset_mpch = 4;
  const field::Box out = apply(Kind::linear, plane_wave(world, 1, offset_mpch), theories);
  const double psi = theories.amplitude_ratio(plane_wave_k_hmpc());
  EXPECT_LT(deviation_from_wave(out.displacement, psi, offset_mpch), 2e-6);
}

TEST(Prior, rewind_of_a_linear_wave_is_the_linear_filter) {
  const par::Comm world = par::Comm::world();
  const double k = plane_wave_k_hmpc(), amplitude = 0.1;
  for (const double mass_eV : {0.15, 0.6}) {
    const Theories theories = theories_of(mass_eV);
    const field::Box out = apply(Kind::rewind, plane_wave(world, amplitude), theories);
    const double psi = amplitude * theories.amplitude_ratio(k);
    const double v = psi * velocity_per_displacement(theories.massive, k);
    // The mesh force is weaker than the true one by some per cent, over an interval of |ln s|.
    EXPECT_LT(deviation_from_wave(out.displacement, psi), 2e-3 * psi) << mass_eV;
    EXPECT_LT(deviation_from_wave(*out.velocity, v), 5e-3 * v) << mass_eV;
  }
}

TEST(Prior, rewind_without_velocities_is_the_linear_filter) {
  const par::Comm world = par::Comm::world();
  field::Box input = zeldovich_box(world);
  input.velocity.reset();
  const Theories theories = theories_of(0.15);
  const field::Box rewound = apply(Kind::rewind, input, theories);
  const field::Box filtered = apply(Kind::linear, input, theories);
  EXPECT_TRUE(same_bits(rewound.displacement.values(), filtered.displacement.values()));
  EXPECT_FALSE(rewound.velocity.has_value());
  EXPECT_EQ(std::get<std::string>(rewound.header.extra.at("prior")), "linear");
}

TEST(Prior, damping_keeps_coherent_momenta_and_a_fraction_of_the_others) {
  // A wave much longer than the smoothing length is coherent: damping must not change its rewind.
  const par::Comm world = par::Comm::world();
  const Theories theories = theories_of(0.15);
  const field::Box wave = plane_wave(world, 0.1);
  RewindOptions damped;
  damped.velocity_damping = 0.5;
  const field::Box plain = apply(Kind::rewind, wave, theories);
  const field::Box coherent = apply(Kind::rewind, wave, theories, damped);
  EXPECT_LT(rms_difference(plain.displacement, coherent.displacement),
            1e-4 * rms(plain.displacement));
  // With a smoothing length of many boxes nothing is coherent: the rewind covers half of the
  // distance.
  damped.velocity_smoothing_mpch = 50 * box_mpch;
  const field::Box halved = apply(Kind::rewind, wave, theories, damped);
  const double moved = rms_difference(wave.displacement, plain.displacement);
  EXPECT_GT(rms_difference(plain.displacement, halved.displacement), 0.3 * moved);
}

TEST(Prior, a_shared_force_gives_the_bits_of_a_rewind_that_evaluates_it) {
  const par::Comm world = par::Comm::world();
  const field::Box input = zeldovich_box(world);
  const RewindOptions options;
  const auto force = std::make_shared<const field::LatticeField>(
      input_force(input.displacement, options.mesh_factor));
  for (const double mass_eV : {0.15, 0.6}) {
    const field::Box alone = apply(Kind::rewind, input, theories_of(mass_eV));
    const field::Box shared =
        apply(Kind::rewind, input, theories_of(mass_eV), options, {}, {nullptr, force});
    EXPECT_TRUE(same_bits(alone.displacement.values(), shared.displacement.values()));
    EXPECT_TRUE(same_bits(alone.velocity->values(), shared.velocity->values()));
  }
}

TEST(Prior, omitted_velocities_leave_the_displacements_as_they_are) {
  const par::Comm world = par::Comm::world();
  const field::Box input = zeldovich_box(world);
  for (const Kind kind : all_kinds) {
    const field::Box with = apply(kind, input, theories_of(0.6));
    const field::Box without =
        apply(kind, input, theories_of(0.6), {}, {}, {}, Velocities::omitted);
    EXPECT_FALSE(without.velocity.has_value()) << name_of(kind);
    EXPECT_LT(rms_difference(with.displacement, without.displacement),
              1e-6 * rms(with.displacement))
        << name_of(kind);
  }
}

TEST(Prior, a_gain_multiplies_the_filter_of_a_prior) {
  const par::Comm world = par::Comm::world();
  const field::Box input = plane_wave(world, 0.1);
  const Gain gain{{plane_wave_k_hmpc()}, {1.25}};
  for (const Kind kind : {Kind::linear, Kind::rewind}) {
    const field::Box plain = apply(kind, input, theories_of(0.15));
    const field::Box scaled = apply(kind, input, theories_of(0.15), {}, gain);
    field::LatticeField expected = plain.displacement;
    for (float& x : expected.values()) x *= 1.25F;
    EXPECT_LT(rms_difference(scaled.displacement, expected), 1e-5 * rms(expected)) << name_of(kind);
  }
}

TEST(Prior, small_masses_change_the_box_in_proportion) {
  const par::Comm world = par::Comm::world();
  const field::Box input = zeldovich_box(world);
  for (const Kind kind : {Kind::linear, Kind::rewind}) {
    const double one =
        rms_difference(apply(kind, input, theories_of(0.001)).displacement, input.displacement);
    const double two =
        rms_difference(apply(kind, input, theories_of(0.002)).displacement, input.displacement);
    EXPECT_GT(one, 0);
    EXPECT_NEAR(two / one, 2, 0.1) << name_of(kind);
  }
}

TEST(Prior, zeldovich_has_the_phases_of_the_input_and_the_power_of_the_massive_cosmology) {
  // The linear filter of a massless Zel'dovich box is the massive Zel'dovich box.
  const par::Comm world = par::Comm::world();
  const Theories theories = theories_of(0.6);
  const field::Box input = zeldovich_box(world);
  const field::Box za = apply(Kind::za, input, theories);
  const field::Box filtered = apply(Kind::linear, input, theories);
  EXPECT_LT(rms_difference(za.displacement, filtered.displacement), 1e-5 * rms(za.displacement));
  EXPECT_LT(rms_difference(*za.velocity, *filtered.velocity), 1e-5 * rms(*za.velocity));
}

TEST(Prior, zeldovich_uses_the_phases_of_given_initial_conditions) {
  const par::Comm world = par::Comm::world();
  const Theories theories = theories_of(0.6);
  field::Box input = zeldovich_box(world);
  const double a_ics = 0.1;
  const auto box_of = [&](std::uint64_t seed) {
    field::Box ics =
        sim::to_box(sim::initial_conditions(fft::Plan::create(world, n), box_mpch, {.seed = seed},
                                            sim::test::theory_of(0), a_ics, 1),
                    massless_header());
    ics.header.redshift = 1 / a_ics - 1;
    return ics;
  };
  const field::Box expected = apply(Kind::za, input, theories);
  input.header.seed = -1;
  const field::Box za = apply_zeldovich(input, box_of(7), theories);
  EXPECT_LT(rms_difference(za.displacement, expected.displacement), 1e-5 * rms(za.displacement));
  EXPECT_LT(rms_difference(*za.velocity, *expected.velocity), 1e-5 * rms(*za.velocity));
  EXPECT_EQ(za.header.redshift, input.header.redshift);

  const field::Box same = apply_zeldovich(input, box_of(7), theories_of(0));
  EXPECT_TRUE(same_bits(same.displacement.values(), input.displacement.values()));
  const auto refusal = [&](const field::Box& ics) {
    try {
      (void)apply_zeldovich(input, ics, theories);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(refusal(box_of(8)).find("other phases"), std::string::npos);
  EXPECT_NE(refusal(input).find("at z = 0 for a massless box at z = 0"), std::string::npos);
}

TEST(Prior, zeldovich_refuses_a_box_of_unknown_phases_on_all_ranks) {
  const par::Comm world = par::Comm::world();
  field::Box input = plane_wave(world, 1);
  input.header.seed = -1;
  try {
    static_cast<void>(apply(Kind::za, input, theories_of(0.15)));
    FAIL() << "a box without seed was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_TRUE(error.agreed());
  }
}

TEST(Prior, results_do_not_depend_on_the_number_of_ranks) {
  const par::Comm world = par::Comm::world(), self = par::Comm::self();
  const Theories theories = theories_of(0.15);
  const field::Box slabs = zeldovich_box(world), whole = zeldovich_box(self);
  for (const Kind kind : {Kind::linear, Kind::rewind, Kind::za}) {
    const field::Box here = apply(kind, slabs, theories);
    const field::Box alone = apply(kind, whole, theories);
    double worst = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      worst = std::max(worst, largest_difference(here.displacement.component(c),
                                                 sim::test::slab_of(alone.displacement, c,
                                                                    here.displacement.layout())));
    }
    EXPECT_LT(worst, 1e-4) << name_of(kind);  // Mpc/h, of displacements of 20: float32 rounding
  }
}

}  // namespace
