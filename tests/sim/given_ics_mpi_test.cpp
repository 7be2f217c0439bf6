#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/field/box.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/sim/given_ics.hpp"
#include "nubox/sim/initial_conditions.hpp"
#include "nubox/sim/simulate.hpp"

#include "sim/support.hpp"
#include "support/files.hpp"
#include "support/temporary_directory.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <functional>

#include <gtest/gtest.h>

namespace nubox::sim {
namespace {

constexpr std::size_t n = 12;
constexpr double box_mpch = 48;
constexpr double z_ics = 49, z_last = 9;
const Noise noise{.seed = 5};

/// Files of initial conditions in a directory of their own.
class Ics : public testing::Test {
 protected:
  /// Writes a massless box at `redshift` after `change` has been at it.
  std::filesystem::path write(int lpt_order, const std::function<void(field::Box&)>& change = {},
                              double redshift = z_ics) const {
    const auto plan = fft::Plan::create(world_, n);
    io::FieldHeader header;
    header.redshift = redshift;
    header.cosmology = {};
    header.origin = "simulate";
    header.seed = 5;
    field::Box box = to_box(initial_conditions(plan, box_mpch, noise, massless_,
                                               units::scale_factor(redshift), lpt_order),
                            header);
    if (change) change(box);
    const std::filesystem::path path = folder_ / "ics.h5";
    field::write_box(path, box).finish();
    return path;
  }
  [[nodiscard]] GivenIcs open(const std::filesystem::path& path, bool continued = false) const {
    return open_ics(world_, path,
                    {.n = n, .box_size_mpch = box_mpch, .parameters = {}, .continued = continued});
  }
  [[nodiscard]] std::string refusal(const std::function<void()>& work) const {
    const auto error = nubox::test::error_of(work);
    if (!error) return "";
    EXPECT_EQ(error->code(), ExitCode::input) << error->what();
    EXPECT_TRUE(error->agreed());
    return error->what();
  }
  /// What recover_density() says of a file; empty if it takes it.
  [[nodiscard]] std::string refusal_of(const std::filesystem::path& path, int lpt_order) const {
    return refusal([&] { (void)recover_density(world_, open(path), massless_, lpt_order); });
  }
  [[nodiscard]] SimulationOptions options_with(const GivenIcs& ics) const {
    SimulationOptions options;
    options.n = n;
    options.box_size_mpch = box_mpch;
    options.z_initial = z_ics;
    options.lpt_order = 1;
    options.redshifts = {z_ics, z_last};
    options.steps = 4;
    options.ics = ics;
    return options;
  }
  [[nodiscard]] std::vector<field::Box> run(const SimulationOptions& options,
                                            double mass_eV) const {
    std::vector<field::Box> outputs;
    simulate(world_, options, cosmology::Parameters{}.with_mass(mass_eV), test::tables(),
             [&](const field::Box& snapshot) { outputs.push_back(snapshot); });
    return outputs;
  }

  par::Comm world_ = par::Comm::world();
  /// Back-scaled from the last output, as the runs do it.
  cosmology::LinearTheory massless_{
      {}, test::tables(), cosmology::NeutrinoSource::table, units::scale_factor(z_last)};
  nubox::test::TemporaryDirectory folder_{world_};
};

TEST_F(Ics, give_back_the_noise_that_made_them) {
  for (const int order : {1, 2}) {
    const fft::MeshField found = recover_density(world_, open(write(order)), massless_, order);
    const fft::MeshField expected = gaussian_modes(found.plan(), box_mpch, noise, [&](double k) {
      return massless_.power_cb(k, units::scale_factor(z_ics));
    });
    std::array<double, 2> sums{};
    fft::for_each_mode(*found.plan(), [&](const fft::Mode& mode, std::size_t index) {
      const std::complex<float> c = expected.modes()[index];
      sums[0] += mode.weight * static_cast<double>(std::norm(found.modes()[index] - c));
      sums[1] += mode.weight * static_cast<double>(std::norm(c));
    });
    world_.all_reduce(std::span<double>(sums));
    // Single precision, of the displacement and of the transforms
    EXPECT_LE(std::sqrt(sums[0] / sums[1]), 1e-6) << "order " << order;
    EXPECT_GT(sums[1], 0);
  }
}

TEST_F(Ics, start_the_massless_run_with_the_displacement_of_the_file) {
  const auto path = write(1);
  const field::Box file = field::read_box(world_, path);
  const std::vector<field::Box> outputs = run(options_with(open(path)), 0);
  ASSERT_EQ(outputs.size(), 2U);
  EXPECT_EQ(outputs[0].header.redshift, z_ics);
  const auto x = outputs[0].displacement.values(), x_file = file.displacement.values();
  EXPECT_EQ(std::memcmp(x.data(), x_file.data(), x.size_bytes()), 0);
  EXPECT_LE(test::largest_difference(outputs[0].velocity->values(), file.velocity->values()), 5e-5);
}

TEST_F(Ics, give_a_massive_run_the_phases_of_the_seed) {
  for (const int order : {1, 2}) {
    SimulationOptions of_file = options_with(open(write(order)));
    of_file.lpt_order = order;
    SimulationOptions of_seed = of_file;
    of_seed.ics.reset();
    of_seed.noise = noise;
    const std::vector<field::Box> found = run(of_file, 0.15), expected = run(of_seed, 0.15);
    // Displacements are up to half a Mpc/h: single precision of some transforms. The second order
    // of the file has modes on the Nyquist planes.
    for (const std::size_t output : {0U, 1U}) {
      EXPECT_LE(test::largest_difference(found[output].displacement.values(),
                                         expected[output].displacement.values()),
                order == 1 ? 5e-6 : 5e-5)
          << "order " << order << ", output " << output;
    }
    EXPECT_LE(test::largest_difference(found[0].velocity->values(), expected[0].velocity->values()),
              order == 1 ? 2e-3 : 2e-2);
  }
}

TEST_F(Ics, keep_modes_on_the_nyquist_planes) {
  const auto path = write(1, [](field::Box& box) {
    test::for_each_site(box.displacement, [&](double, double qy, double, std::size_t site) {
      const bool odd = std::lround(qy / (box_mpch / n)) % 2 == 1;
      box.displacement.component(1)[site] += odd ? -0.01F : 0.01F;
    });
  });
  const field::Box file = field::read_box(world_, path);
  const std::vector<field::Box> massive = run(options_with(open(path)), 0.6);
  std::array<double, 2> nyquist{};
  test::for_each_site(file.displacement, [&](double, double qy, double, std::size_t site) {
    const double sign = std::lround(qy / (box_mpch / n)) % 2 == 1 ? -1 : 1;
    nyquist[0] += sign * static_cast<double>(file.displacement.component(1)[site]);
    nyquist[1] += sign * static_cast<double>(massive[0].displacement.component(1)[site]);
  });
  world_.all_reduce(std::span<double>(nyquist));
  const double k = units::pi * n / box_mpch, a = units::scale_factor(z_ics);
  const cosmology::LinearTheory theory{cosmology::Parameters{}.with_mass(0.6), test::tables(),
                                       cosmology::NeutrinoSource::table,
                                       units::scale_factor(z_last)};
  EXPECT_NEAR(nyquist[1] / nyquist[0], std::sqrt(theory.power_cb(k, a) / massless_.power_cb(k, a)),
              1e-5);
}

TEST_F(Ics, are_continued_from_their_very_positions_and_velocities) {
  const auto path = write(1, [](field::Box& box) {
    // No linear field, and no linear velocities either.
    for (float& x : box.displacement.values()) x = std::sin(37 * x);
    for (float& v : box.velocity->values()) v *= 1.5F;
  });
  const field::Box file = field::read_box(world_, path);
  const std::vector<field::Box> outputs = run(options_with(open(path, true)), 0);
  const auto x = outputs[0].displacement.values(), x_file = file.displacement.values();
  EXPECT_EQ(std::memcmp(x.data(), x_file.data(), x.size_bytes()), 0);
  EXPECT_LE(test::largest_difference(outputs[0].velocity->values(), file.velocity->values()), 1e-4)
      << "velocities go through momenta";
  // A mass needs phases, for which the same file is no good.
  EXPECT_NO_THROW(require_usable(world_, open(path, true), massless_, 1, {0}));
  EXPECT_NE(refusal([&] {
              require_usable(world_, open(path, true), massless_, 1, {0, 0.15});
            }),
            "");
}

TEST_F(Ics, leave_their_mark_in_the_headers_of_outputs) {
  const auto path = write(1);
  const GivenIcs ics = open(path);
  const auto header = [&](const GivenIcs& given, double mass) {
    return output_header(options_with(given), cosmology::Parameters{}.with_mass(mass),
                         test::tables(), 9);
  };
  const io::FieldHeader first = header(ics, 0.15);
  EXPECT_EQ(io::find<std::string>(first.extra, "ics_displacement"), ics.displacement_checksum);
  EXPECT_EQ(io::find<double>(first.extra, "ics_redshift"), z_ics);
  EXPECT_EQ(first.seed, 5);
  const GivenIcs other = open(write(1, [](field::Box& box) {
    for (float& x : box.displacement.values()) x *= 1.01F;
  }));
  EXPECT_NE(header(other, 0.15), first) << "a complete box of another file must not be skipped";
  const GivenIcs continued = open(path, true);
  EXPECT_NE(header(continued, 0), header(other, 0));
  EXPECT_EQ(header(continued, 0.15), header(other, 0.15)) << "no mass but zero is continued";
}

TEST_F(Ics, of_another_box_lattice_cosmology_or_mass_are_refused) {
  const auto refusal_with = [&](const std::function<void(field::Box&)>& change) {
    return refusal([&] { (void)open(write(1, change)); });
  };
  EXPECT_EQ(refusal_with({}), "");
  EXPECT_NE(
      refusal_with([](field::Box& b) { b.header.box_size_mpch = 50; }).find("--box.size_mpch=50"),
      std::string::npos);
  EXPECT_NE(refusal_with([](field::Box& b) { b.header.cosmology.A_s *= 1.1; }).find("A_s"),
            std::string::npos);
  EXPECT_NE(refusal_with([](field::Box& b) { b.header.cosmology.M_nu_eV = 0.15; }).find("massless"),
            std::string::npos);
  EXPECT_NE(refusal([&] {
              (void)open_ics(world_, write(1),
                             {.n = 2 * n, .box_size_mpch = box_mpch, .parameters = {}});
            }).find("--box.n=12"),
            std::string::npos);
  const auto without_velocity = write(1, [](field::Box& b) { b.velocity.reset(); });
  EXPECT_EQ(refusal([&] { (void)open(without_velocity); }), "");
  EXPECT_NE(refusal([&] { (void)open(without_velocity, true); }).find("velocities"),
            std::string::npos);
}

TEST_F(Ics, that_are_no_linear_field_are_refused) {
  EXPECT_EQ(refusal_of(write(2), 2), "");
  const auto late = write(1, {}, 0.5);
  EXPECT_NE(refusal_of(late, 1).find("linear regime"), std::string::npos);
  const auto loud = write(1, [](field::Box& b) {
    for (float& x : b.displacement.values()) x *= 2;
  });
  EXPECT_NE(refusal_of(loud, 1).find("times that of linear theory"), std::string::npos);
  const auto curled = write(1, [](field::Box& b) {
    const auto x = b.displacement.component(0), y = b.displacement.component(1);
    for (std::size_t i = 0; i < x.size(); ++i) std::swap(x[i], y[i]);
  });
  EXPECT_NE(refusal_of(curled, 1).find("transverse"), std::string::npos);
  const auto still = write(1, [](field::Box& b) {
    for (float& x : b.displacement.values()) x = 0;
  });
  EXPECT_NE(refusal_of(still, 1).find("rms displacement"), std::string::npos);
}

TEST_F(Ics, that_are_continued_take_plain_steps_from_their_redshift) {
  SimulationOptions options = options_with(open(write(1), true));
  EXPECT_NO_THROW(require_valid(options));
  options.z_initial = 60;
  EXPECT_THROW(require_valid(options), UsageError);
  options.z_initial = z_ics;
  options.stepping = Stepping::cola;
  EXPECT_THROW(require_valid(options), UsageError);
}

}  // namespace
}  // namespace nubox::sim
