#include "nubox/core/error.hpp"

#include "app/options/prior.hpp"
#include "app/options/simulate.hpp"
#include "app/options/stats.hpp"
#include "app/setup.hpp"

#include <algorithm>

#include <gtest/gtest.h>

/// From the configuration to the option structs of the libraries. A program that uses the libraries
/// takes the defaults of the structs; they must be those of the option table.
namespace nubox::app {
namespace {

using config::Config;

sim::SimulationOptions simulation(const std::vector<std::string>& arguments) {
  return simulation_options(Config::parse("simulate", arguments));
}

stats::StatsOptions statistics(const std::vector<std::string>& arguments) {
  return stats_options(Config::parse("stats", arguments));
}

TEST(CosmologyOptions, have_the_defaults_of_the_library) {
  EXPECT_EQ(cosmology_parameters(Config::parse("simulate", {})), cosmology::Parameters{});
}

TEST(CosmologyOptions, reach_their_members) {
  const auto p = cosmology_parameters(Config::parse(
      "simulate", {"--cosmology.Omega_m=0.3", "--cosmology.Omega_b=0.05", "--cosmology.h=0.7",
                   "--cosmology.n_s=0.95", "--cosmology.A_s=2e-9", "--cosmology.T_cmb=2.7",
                   "--cosmology.N_eff=3.05"}));
  EXPECT_EQ(p, (cosmology::Parameters{0.3, 0.05, 0.7, 0.95, 2e-9, 2.7, 3.05, 0}));
}

TEST(SimulationOptions, have_the_defaults_of_the_library) {
  // But for its size: a program that forgets to set one should not begin a run of 512^3 particles.
  const sim::SimulationOptions from_table = simulation({}), library;
  EXPECT_EQ(from_table.z_initial, library.z_initial);
  EXPECT_EQ(from_table.redshifts, library.redshifts);
  EXPECT_EQ(from_table.steps, library.steps);
  EXPECT_EQ(from_table.mesh_factor, library.mesh_factor);
  EXPECT_EQ(from_table.gravity, library.gravity);
  EXPECT_EQ(from_table.softening_mpch, library.softening_mpch);
  EXPECT_EQ(from_table.stepping, library.stepping);
  EXPECT_EQ(from_table.lpt_order, library.lpt_order);
  EXPECT_EQ(from_table.neutrinos, library.neutrinos);
  EXPECT_EQ(from_table.noise.fixed_amplitude, library.noise.fixed_amplitude);
  EXPECT_EQ(from_table.noise.phase_flip, library.noise.phase_flip);
  EXPECT_EQ(from_table.noise.convention, library.noise.convention);
  EXPECT_EQ(from_table.noise.sphere, library.noise.sphere);
}

TEST(SimulationOptions, reach_their_members) {
  const sim::SimulationOptions options = simulation(
      {"--box.n=48", "--box.size_mpch=90", "--simulate.z_initial=49", "--simulate.redshifts=3,1",
       "--simulate.steps=7", "--simulate.mesh_factor=3", "--simulate.stepping=cola",
       "--simulate.lpt=1", "--simulate.neutrinos=supereasy", "--simulate.fixed_amplitude=true",
       "--simulate.phase_flip=true", "--simulate.noise=ngenic", "--simulate.noise_sphere=true",
       "--simulate.softening_mpch=0.05"});
  EXPECT_EQ(options.n, 48U);
  EXPECT_EQ(options.box_size_mpch, 90);
  EXPECT_EQ(options.z_initial, 49);
  EXPECT_EQ(options.redshifts, (std::vector<double>{3, 1}));
  EXPECT_EQ(options.steps, 7U);
  EXPECT_EQ(options.mesh_factor, 3U);
  EXPECT_EQ(options.stepping, sim::Stepping::cola);
  EXPECT_EQ(options.lpt_order, 1);
  EXPECT_EQ(options.neutrinos, cosmology::NeutrinoSource::supereasy);
  EXPECT_TRUE(options.noise.fixed_amplitude);
  EXPECT_TRUE(options.noise.phase_flip);
  EXPECT_EQ(options.noise.convention, sim::NoiseConvention::ngenic);
  EXPECT_TRUE(options.noise.sphere);
  EXPECT_EQ(options.softening_mpch, 0.05);
}

TEST(SimulationOptions, of_pair_forces_have_steps_of_their_own_unless_steps_are_given) {
  EXPECT_EQ(simulation({"--simulate.force=p3m"}).gravity, sim::Gravity::p3m);
  EXPECT_EQ(simulation({"--simulate.force=p3m"}).steps, sim::p3m_steps);
  EXPECT_EQ(simulation({"--simulate.force=p3m", "--simulate.steps=30"}).steps, 30U);
  EXPECT_EQ(simulation({"--simulate.force=pm"}).steps, sim::SimulationOptions{}.steps);
}

TEST(NeutrinoSources, are_known_by_all_names_of_the_table) {
  EXPECT_EQ(neutrino_source("table"), cosmology::NeutrinoSource::table);
  EXPECT_EQ(neutrino_source("supereasy"), cosmology::NeutrinoSource::supereasy);
  EXPECT_EQ(neutrino_source("none"), cosmology::NeutrinoSource::none);
}

TEST(StepControlOptions, stop_at_the_file_stop_beside_the_output) {
  const auto options = step_control_options(
      Config::parse("simulate",
                    {"--simulate.checkpoint_minutes=20", "--simulate.wall_clock_minutes=90"}),
      "runs/a");
  EXPECT_EQ(options.checkpoint_minutes, 20);
  EXPECT_EQ(options.wall_clock_minutes, 90);
  EXPECT_EQ(options.stop_file, "runs/a/stop");
}

TEST(RewindOptions, have_the_defaults_of_the_library_and_reach_their_members) {
  const prior::RewindOptions library, from_table = rewind_options(Config::parse("predict", {}));
  EXPECT_EQ(from_table.steps, library.steps);
  EXPECT_EQ(from_table.mesh_factor, library.mesh_factor);
  EXPECT_EQ(from_table.velocity_smoothing_mpch, library.velocity_smoothing_mpch);
  EXPECT_EQ(from_table.velocity_damping, library.velocity_damping);
  const auto given = rewind_options(Config::parse(
      "predict", {"--prior.steps=4", "--prior.mesh_factor=3", "--prior.velocity_smoothing_mpch=2",
                  "--prior.velocity_damping=0.5"}));
  EXPECT_EQ(given.steps, 4U);
  EXPECT_EQ(given.mesh_factor, 3U);
  EXPECT_EQ(given.velocity_smoothing_mpch, 2);
  EXPECT_EQ(given.velocity_damping, 0.5);
}

TEST(StatsOptions, have_the_defaults_of_the_library) {
  const stats::StatsOptions from_table = statistics({}), library;
  EXPECT_EQ(from_table.has_target, library.has_target);
  EXPECT_EQ(from_table.mesh_n, library.mesh_n);
  EXPECT_EQ(from_table.assignment, library.assignment);
  EXPECT_EQ(from_table.power.interlaced, library.power.interlaced);
  EXPECT_EQ(from_table.power.subtract_shot_noise, library.power.subtract_shot_noise);
  EXPECT_EQ(from_table.multipoles.axis, library.multipoles.axis);
  EXPECT_EQ(from_table.multipoles.interlaced, library.multipoles.interlaced);
  EXPECT_EQ(from_table.multipoles.subtract_shot_noise, library.multipoles.subtract_shot_noise);
  EXPECT_EQ(from_table.bispectrum.k1_hmpc, library.bispectrum.k1_hmpc);
  EXPECT_EQ(from_table.bispectrum.k2_hmpc, library.bispectrum.k2_hmpc);
  EXPECT_EQ(from_table.bispectrum.n_theta, library.bispectrum.n_theta);
  EXPECT_EQ(from_table.bispectrum.bins_kF, library.bispectrum.bins_kF);
  EXPECT_EQ(from_table.pdf.radii_mpch, library.pdf.radii_mpch);
  EXPECT_EQ(from_table.pdf.filter, library.pdf.filter);
  EXPECT_EQ(from_table.pdf.log10_edges, library.pdf.log10_edges);
  EXPECT_EQ(from_table.residual.slab_mpch, library.residual.slab_mpch);
  EXPECT_EQ(from_table.residual.smoothing_mpch, library.residual.smoothing_mpch);
  EXPECT_EQ(from_table.residual.independent, library.residual.independent);
  EXPECT_EQ(from_table.seams.tile, library.seams.tile);
  EXPECT_EQ(from_table.voids.finder.threshold, library.voids.finder.threshold);
  EXPECT_EQ(from_table.voids.finder.radii_cells, library.voids.finder.radii_cells);
  EXPECT_EQ(from_table.voids.finder.rule, library.voids.finder.rule);
  EXPECT_EQ(from_table.voids.assignment, library.voids.assignment);
  EXPECT_EQ(from_table.voids.profile_shells, library.voids.profile_shells);
  EXPECT_EQ(from_table.voids.profile_extent, library.voids.profile_extent);
}

TEST(StatsOptions, reach_their_members) {
  const stats::StatsOptions options = statistics({"--stats.statistics=voids,power",
                                                  "--stats.target=a.h5",
                                                  "--stats.mesh=96",
                                                  "--stats.assignment=tsc",
                                                  "--stats.interlace=true",
                                                  "--stats.shot_noise=subtract",
                                                  "--multipoles.axis=x",
                                                  "--bispectrum.k1=0.2",
                                                  "--bispectrum.k2=0.4",
                                                  "--bispectrum.n_theta=9",
                                                  "--bispectrum.bins_kF=1,12,3",
                                                  "--pdf.radius_mpch=5,20",
                                                  "--pdf.filter=analytic",
                                                  "--pdf.edges=-1,1,50",
                                                  "--residual.slab_mpch=30",
                                                  "--residual.smoothing_mpch=4",
                                                  "--stats.independent=b.h5,c.h5",
                                                  "--seams.tile=64",
                                                  "--voids.threshold=-0.5",
                                                  "--voids.radii_cells=9,7",
                                                  "--voids.rule=pylians",
                                                  "--voids.assignment=pcs",
                                                  "--voids.profile_shells=5",
                                                  "--voids.profile_extent=2"});
  EXPECT_EQ(options.statistics, (std::vector<std::string>{"voids", "power"}));
  EXPECT_TRUE(options.has_target);
  EXPECT_EQ(options.mesh_n, 96U);
  EXPECT_EQ(options.assignment, field::Assignment::tsc);
  EXPECT_TRUE(options.power.interlaced && options.multipoles.interlaced &&
              options.bispectrum.interlaced);
  EXPECT_TRUE(options.power.subtract_shot_noise && options.multipoles.subtract_shot_noise);
  EXPECT_EQ(options.multipoles.axis, stats::Axis::x);
  EXPECT_EQ(options.bispectrum.k1_hmpc, 0.2);
  EXPECT_EQ(options.bispectrum.k2_hmpc, 0.4);
  EXPECT_EQ(options.bispectrum.n_theta, 9U);
  EXPECT_EQ(options.bispectrum.bins_kF, (std::vector<double>{1, 12, 3}));
  EXPECT_EQ(options.pdf.radii_mpch, (std::vector<double>{5, 20}));
  EXPECT_EQ(options.pdf.filter, stats::TopHatKind::analytic);
  EXPECT_EQ(options.pdf.log10_edges, (std::vector<double>{-1, 1, 50}));
  EXPECT_EQ(options.residual.slab_mpch, 30);
  EXPECT_EQ(options.residual.smoothing_mpch, 4);
  EXPECT_EQ(options.residual.independent, (std::vector<std::filesystem::path>{"b.h5", "c.h5"}));
  EXPECT_EQ(options.seams.tile, 64U);
  EXPECT_EQ(options.voids.finder.threshold, -0.5);
  EXPECT_EQ(options.voids.finder.radii_cells, (std::vector<double>{9, 7}));
  EXPECT_EQ(options.voids.finder.rule, stats::VoidRule::pylians);
  EXPECT_EQ(options.voids.assignment, field::Assignment::pcs);
  EXPECT_EQ(options.voids.profile_shells, 5U);
  EXPECT_EQ(options.voids.profile_extent, 2);
}

/// A file of an earlier run is kept where the settings are equal: a setting that changes a result
/// must change the checksum of its statistic, and of no other one.
TEST(StatsOptions, have_a_checksum_of_settings_for_every_statistic_that_sees_its_own_alone) {
  const auto before = statistics({}).settings_checksums;
  EXPECT_EQ(before, statistics({"--stats.out=elsewhere.h5"}).settings_checksums);
  const auto changed_by = [&](const std::string& argument) {
    std::vector<std::string> changed;
    for (const auto& [name, checksum] : statistics({argument}).settings_checksums) {
      if (before.at(name) != checksum) changed.push_back(name);
    }
    return changed;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(changed_by("--voids.threshold=-0.5"), Names{"voids"});
  EXPECT_EQ(changed_by("--pdf.radius_mpch=5"), Names{"pdf"});
  EXPECT_EQ(changed_by("--seams.tile=64"), Names{"seams"});
  EXPECT_EQ(changed_by("--residual.slab_mpch=30"), Names{"residual"});
  EXPECT_EQ(changed_by("--stats.independent=b.h5"), Names{"residual"});
  EXPECT_EQ(changed_by("--bispectrum.k1=0.2"), Names{"bispectrum"});
  EXPECT_EQ(changed_by("--multipoles.axis=x"), Names{"multipoles"});
  EXPECT_EQ(changed_by("--stats.shot_noise=subtract"), (Names{"multipoles", "power"}));
  EXPECT_EQ(changed_by("--stats.interlace=true"), (Names{"bispectrum", "multipoles", "power"}));
  EXPECT_EQ(changed_by("--stats.mesh=96").size(), before.size());
  EXPECT_EQ(changed_by("--stats.assignment=tsc").size(), before.size());
}

}  // namespace
}  // namespace nubox::app
