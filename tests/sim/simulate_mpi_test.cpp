#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/sim/simulate.hpp"

#include "sim/support.hpp"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

namespace {

using namespace nubox;
using cosmology::NeutrinoSource;
using sim::SimulationOptions;

SimulationOptions small_run() {
  SimulationOptions options;
  options.n = 12;
  options.box_size_mpch = 48;
  options.steps = 6;
  return options;
}

std::vector<field::Box> run(const par::Comm& comm, const SimulationOptions& options, double mass_eV,
                            double A_s_factor = 1) {
  cosmology::Parameters parameters;
  parameters.M_nu_eV = mass_eV;
  parameters.A_s *= A_s_factor;
  std::vector<field::Box> outputs;
  sim::simulate(comm, options, parameters, sim::test::tables(),
                [&](const field::Box& output) { outputs.push_back(output); });
  return outputs;
}

/// sum |psi_k|^2 of the modes of each |n|^2 <= 4, over the three components.
std::map<std::int64_t, double> displacement_power(const field::LatticeField& field) {
  std::map<std::int64_t, double> power;
  fft::MeshField mesh(fft::Plan::create(field.comm(), field.n()), field.box_size_mpch());
  for (std::size_t c = 0; c < 3; ++c) {
    mesh.reset_as_real();
    field::copy_to_mesh(field, c, mesh);
    mesh.to_modes();
    std::vector<double> sums(5, 0.0);
    fft::for_each_mode(*mesh.plan(), [&](const fft::Mode& mode, std::size_t index) {
      if (mode.norm2() > 4) return;
      sums[static_cast<std::size_t>(mode.norm2())] +=
          mode.weight * static_cast<double>(std::norm(mesh.modes()[index]));
    });
    field.comm().all_reduce(std::span<double>(sums));
    for (const std::int64_t norm2 : {1, 2, 3, 4}) {
      power[norm2] += sums[static_cast<std::size_t>(norm2)];
    }
  }
  return power;
}

TEST(Simulate, grows_small_fluctuations_as_linear_theory_does) {
  const par::Comm world = par::Comm::world();
  SimulationOptions options;
  options.n = 32;
  options.box_size_mpch = 1000;
  options.redshifts = {9, 0};
  options.steps = 30;
  const double faint = 1e-4;
  const double k1 = 2 * units::pi / options.box_size_mpch;
  std::map<double, std::vector<std::map<std::int64_t, double>>> power;
  for (const double mass : {0.0, 0.6}) {
    for (const field::Box& output : run(world, options, mass, faint)) {
      power[mass].push_back(displacement_power(output.displacement));
    }
  }
  const auto massless = sim::test::theory_of(0), massive = sim::test::theory_of(0.6);
  for (const auto& [norm2, p] : power[0][1]) {
    const double k = k1 * std::sqrt(static_cast<double>(norm2));
    // The mesh smooths the force by about (k H)^2 / 6, which slows the growth itself by up to 1 %
    // at |n| = 2, but not the ratio of two masses.
    const double growth = std::sqrt(p / power[0][0].at(norm2));
    EXPECT_NEAR(growth / (massless.D1(k, 1) / massless.D1(k, 0.1)), 1, 0.01) << norm2;
    for (const std::size_t output : {0u, 1u}) {
      const double a = output == 0 ? 0.1 : 1.0;
      const double expected = massive.power_cb(k, a) / massless.power_cb(k, a);
      const double ratio = power[0.6][output].at(norm2) / power[0][output].at(norm2);
      EXPECT_NEAR(ratio / expected, 1, 1e-3) << "k = " << k << ", a = " << a;
    }
  }
}

TEST(Simulate, without_neutrino_mass_is_bitwise_the_same_for_every_neutrino_source) {
  const par::Comm world = par::Comm::world();
  SimulationOptions options = small_run();
  options.neutrinos = NeutrinoSource::none;
  const field::Box reference = run(world, options, 0).front();
  for (const NeutrinoSource source : {NeutrinoSource::table, NeutrinoSource::supereasy}) {
    options.neutrinos = source;
    const field::Box other = run(world, options, 0).front();
    EXPECT_TRUE(sim::test::same_bits(reference.displacement.values(), other.displacement.values()));
    EXPECT_TRUE(sim::test::same_bits(reference.velocity->values(), other.velocity->values()));
  }
}

TEST(Simulate, agrees_between_the_tabulated_and_the_closed_form_neutrino_source) {
  const par::Comm world = par::Comm::world();
  SimulationOptions options = small_run();
  const auto table = displacement_power(run(world, options, 0.15).front().displacement);
  options.neutrinos = NeutrinoSource::supereasy;
  const auto closed = displacement_power(run(world, options, 0.15).front().displacement);
  for (const auto& [norm2, p] : table) {
    EXPECT_NEAR(closed.at(norm2) / p, 1, 1e-3);  // error of the closure (arXiv:2011.12504)
    EXPECT_NE(closed.at(norm2), p);
  }
}

TEST(Simulate, gives_matched_pairs_whose_difference_vanishes_with_the_mass) {
  const par::Comm world = par::Comm::world();
  const field::Box massless = run(world, small_run(), 0).front();
  const auto difference = [&](double mass) {
    const field::Box massive = run(world, small_run(), mass).front();
    double sum = 0;
    for (std::size_t i = 0; i < massless.displacement.values().size(); ++i) {
      sum += std::abs(static_cast<double>(massive.displacement.values()[i]) -
                      static_cast<double>(massless.displacement.values()[i]));
    }
    return world.all_reduce(sum) / (3 * std::pow(static_cast<double>(massless.header.n), 3));
  };
  const double at_015 = difference(0.15), at_030 = difference(0.3);
  EXPECT_GT(at_015, 0.02);  // Mpc/h: the effect of massive neutrinos
  EXPECT_LT(at_015, 0.3);
  EXPECT_NEAR(at_030 / at_015, 2, 0.3);
  // Light neutrinos slow the growth from a later time on, so that their effect falls faster than
  // the mass, without a jump towards zero.
  const double at_001 = difference(0.01);
  EXPECT_GT(at_001 / at_015, 0.3 * 0.01 / 0.15);
  EXPECT_LT(at_001 / at_015, 0.01 / 0.15);
  EXPECT_LT(difference(0.001), 0.2 * at_001);
}

TEST(Simulate, passes_boxes_in_order_of_time_whose_headers_describe_the_run) {
  SimulationOptions options = small_run();
  options.redshifts = {2, 0.5, 0};
  options.noise.seed = 42;
  options.noise.phase_flip = true;
  const auto outputs = run(par::Comm::world(), options, 0.15);
  ASSERT_EQ(outputs.size(), 3u);
  EXPECT_NEAR(outputs[0].header.redshift, 2, 1e-12);
  EXPECT_NEAR(outputs[1].header.redshift, 0.5, 1e-12);
  EXPECT_EQ(outputs[2].header.redshift, 0);
  const io::FieldHeader& header = outputs[2].header;
  EXPECT_EQ(header.seed, 42);
  EXPECT_EQ(header.cosmology.M_nu_eV, 0.15);
  EXPECT_EQ(header.origin, "simulate");
  EXPECT_EQ(header.extra.at("noise"), io::AttributeValue(std::string("philox4x32-10 v1")));
  EXPECT_EQ(header.extra.at("phase_flip"), io::AttributeValue(std::int64_t{1}));
  EXPECT_EQ(header.extra.at("steps"), io::AttributeValue(std::int64_t{6}));
  EXPECT_EQ(header.extra.at("neutrinos"), io::AttributeValue(std::string("table")));
  EXPECT_EQ(header.extra.at("stepping"), io::AttributeValue(std::string("pm")));
}

TEST(Simulate, refuses_invalid_options) {
  const par::Comm world = par::Comm::world();
  const auto refuses = [&](auto&& change) {
    SimulationOptions options = small_run();
    change(options);
    try {
      run(world, options, 0);
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage) << error.what();
      EXPECT_TRUE(error.agreed()) << error.what();
    }
  };
  refuses([](SimulationOptions& o) { o.redshifts = {}; });
  refuses([](SimulationOptions& o) { o.redshifts = {25, 0}; });
  refuses([](SimulationOptions& o) { o.redshifts = {0, 1}; });
  refuses([](SimulationOptions& o) { o.redshifts = {1, 1, 0}; });
  refuses([](SimulationOptions& o) {
    o.noise.convention = sim::NoiseConvention::ngenic;
    o.noise.seed = std::uint64_t{1} << 31;
  });
  // Two meshes of 98304^3: 7 PB, refused before anything is allocated.
  refuses([](SimulationOptions& o) { o.mesh_factor = 8192; });
  refuses([](SimulationOptions& o) { o.redshifts = {-0.5}; });
  refuses([](SimulationOptions& o) { o.steps = 0; });
  refuses([](SimulationOptions& o) { o.lpt_order = 3; });
  refuses([](SimulationOptions& o) { o.box_size_mpch = 0; });
}

}  // namespace
