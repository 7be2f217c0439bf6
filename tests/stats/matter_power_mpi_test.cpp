#include "nubox/io/field_file.hpp"

#include "stats/suite.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

using testing::box_mpch, testing::Measuring;

class MatterPower : public Measuring {
 protected:
  static constexpr double M_nu_eV = 0.6;

  /// Omega_nu / Omega_m written out: M / (93.14 eV h^2 Omega_m).
  static double f_nu() { return M_nu_eV / (93.14 * 0.7 * 0.7 * 0.3); }

  /// Neutrinos with contrast amplitude * cos(2 pi n x / L) on a mesh.
  field::LatticeField neutrino_wave(std::size_t mesh_n, int waves, double amplitude) const {
    field::LatticeField density(par::SlabLayout(comm_, mesh_n), 1, box_mpch);
    const std::size_t plane = mesh_n * mesh_n;
    for (std::size_t i = 0; i < density.local_sites(); ++i) {
      const auto x = static_cast<double>(density.layout().local().start + i / plane);
      density.values()[i] = static_cast<float>(
          amplitude * std::cos(2 * units::pi * waves * x / static_cast<double>(mesh_n)));
    }
    return density;
  }

  Tracers box(std::uint64_t seed, const std::string& window, std::size_t mesh_n, int waves,
              double amplitude) {
    io::FieldHeader about = header(M_nu_eV);
    about.extra[io::density_nu_window] = window;
    return Tracers({about, testing::poisson_displacement(layout_, box_mpch, seed), std::nullopt},
                   neutrino_wave(mesh_n, waves, amplitude));
  }
};

// A wave of amplitude A is two modes of A/2 among the modes of its bin: P = V (A^2 / 2) / modes.
TEST_F(MatterPower, neutrino_wave_fills_its_bin_alone) {
  constexpr double amplitude = 0.2;
  const Tracers model = box(1, "none", 16, 2, amplitude);
  const auto table = measure(model, nullptr, only({"power"})).table;
  const auto& modes = column<std::uint64_t>(table, "power/matter/modes");
  const auto& p_nu = column<double>(table, "power/matter/p_nu_model");
  const double volume = std::pow(box_mpch, 3);
  for (std::size_t bin = 0; bin < p_nu.size(); ++bin) {
    const double expected =
        bin == 1 ? volume * amplitude * amplitude / 2 / static_cast<double>(modes[bin]) : 0;
    EXPECT_NEAR(p_nu[bin], expected, 1e-5 * volume * amplitude * amplitude) << bin;
  }
  EXPECT_EQ(std::get<std::int64_t>(table.group_attributes.at("power/matter").at("mesh")), 16);
}

// |(1 - f) cb + f nu|^2 term by term, from spectra that were measured before the sum was made.
TEST_F(MatterPower, total_is_the_weighted_sum_of_its_parts) {
  for (const bool interlaced : {false, true}) {
    for (const std::size_t mesh_n : {12, 16}) {  // the run's mesh, and another
      const Tracers model = box(1, "none", mesh_n, 2, 0.3);
      StatsOptions options = only({"power"});
      options.power.interlaced = interlaced;
      const auto table = measure(model, nullptr, options).table;
      const double f = f_nu();
      EXPECT_NEAR(std::get<double>(table.group_attributes.at("power/matter").at("f_nu_model")), f,
                  1e-7);
      const auto& cb = column<double>(table, "power/matter/p_cb_model");
      const auto& nu = column<double>(table, "power/matter/p_nu_model");
      const auto& cross = column<double>(table, "power/matter/p_cb_nu_model");
      const auto& total = column<double>(table, "power/matter/p_total_model");
      for (std::size_t bin = 0; bin < total.size(); ++bin) {
        const double expected =
            (1 - f) * (1 - f) * cb[bin] + 2 * f * (1 - f) * cross[bin] + f * f * nu[bin];
        EXPECT_NEAR(total[bin], expected, 1e-5 * cb[bin]) << bin;
      }
      if (mesh_n != 12) continue;
      const auto& plain = column<double>(table, "power/p_model");
      for (std::size_t bin = 0; bin < cb.size(); ++bin) EXPECT_EQ(cb[bin], plain[bin]);
    }
  }
}

TEST_F(MatterPower, a_window_that_the_neutrinos_hold_is_divided_out) {
  constexpr std::size_t mesh_n = 12;
  constexpr int waves = 3;
  constexpr double amplitude = 0.3;
  const double window = field::assignment_window(field::Assignment::cic, waves, mesh_n);
  const Tracers bare = box(1, "none", mesh_n, waves, amplitude);
  const Tracers painted = box(1, "cic", mesh_n, waves, amplitude * window);
  const auto a = measure(bare, nullptr, only({"power"})).table;
  const auto b = measure(painted, nullptr, only({"power"})).table;
  const auto& p_a = column<double>(a, "power/matter/p_total_model");
  const auto& p_b = column<double>(b, "power/matter/p_total_model");
  for (std::size_t bin = 0; bin < p_a.size(); ++bin) {
    EXPECT_NEAR(p_a[bin], p_b[bin], 1e-5 * p_a[bin]) << bin;
  }
}

TEST_F(MatterPower, a_massless_box_is_all_cb_and_a_massive_one_without_density_has_no_total) {
  const Tracers model = box(1, "none", 12, 2, 0.3);
  const Tracers massless = tracers(1, 0.0), massive = tracers(1, 0.15);
  const auto table = measure(model, &massless, only({"power"})).table;
  EXPECT_EQ(column<double>(table, "power/matter/p_total_target"),
            column<double>(table, "power/p_target"));
  const auto& total = column<double>(table, "power/matter/p_total_model");
  const auto& target = column<double>(table, "power/matter/p_total_target");
  const auto& transfer = column<double>(table, "power/matter/transfer_total");
  for (std::size_t bin = 0; bin < total.size(); ++bin) {
    EXPECT_NEAR(transfer[bin], std::sqrt(total[bin] / target[bin]), 1e-12);
  }
  const auto partly = measure(model, &massive, only({"power"})).table;
  EXPECT_TRUE(partly.arrays.contains("power/matter/p_total_model"));
  EXPECT_FALSE(partly.arrays.contains("power/matter/p_total_target"));
  EXPECT_FALSE(partly.arrays.contains("power/matter/transfer_total"));
  const auto without = measure(massive, &massless, only({"power"})).table;
  EXPECT_FALSE(without.arrays.contains("power/matter/p_total_model"));
}

TEST_F(MatterPower, neutrinos_of_unknown_window_are_refused_by_all_ranks) {
  const Tracers model = box(1, "boxcar", 12, 1, 0.1);
  const auto run = measure(model, nullptr, only({"power"}));
  ASSERT_EQ(run.failures.size(), 1U);
  EXPECT_EQ(run.failures.front().error.code(), ExitCode::input);
}

}  // namespace
}  // namespace nubox::stats
