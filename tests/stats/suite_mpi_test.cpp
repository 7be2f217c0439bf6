#include "nubox/stats/displacement_error.hpp"

#include "stats/suite.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

using testing::box_mpch, testing::lattice_n, testing::Measuring;

TEST_F(Measuring, displacement_error_is_by_component_and_by_length) {
  field::LatticeField a(layout_, 3, box_mpch), b(layout_, 3, box_mpch);
  for (std::size_t i = 0; i < a.local_sites(); ++i) {
    // (3, -4, 0) on even sites, zero on odd ones: N = 12 makes them equally many.
    const bool even = i % 2 == 0;
    a.component(0)[i] = even ? 3.0F : 0.0F;
    b.component(1)[i] = even ? 4.0F : 0.0F;
  }
  const VectorError error = vector_error(a, b);
  EXPECT_DOUBLE_EQ(error.mean_abs[0], 1.5);
  EXPECT_DOUBLE_EQ(error.mean_abs[1], 2.0);
  EXPECT_DOUBLE_EQ(error.mean_abs[2], 0.0);
  EXPECT_DOUBLE_EQ(error.rms[0], std::sqrt(4.5));
  EXPECT_DOUBLE_EQ(error.rms[1], std::sqrt(8.0));
  EXPECT_DOUBLE_EQ(error.mean_length, 2.5);
  EXPECT_THROW((void)vector_error(a, field::LatticeField(par::SlabLayout(comm_, 8), 3, box_mpch)),
               InputError);
}

TEST_F(Measuring, identical_boxes_have_unit_transfer_and_no_error) {
  const Tracers model = tracers(1, 0.0), target = tracers(1, 0.15);
  const auto table = measure(model, &target, usual()).table;
  for (const double t : column<double>(table, "power/transfer")) EXPECT_NEAR(t, 1.0, 1e-12);
  for (const double r : column<double>(table, "power/correlation")) EXPECT_NEAR(r, 1.0, 1e-12);
  EXPECT_EQ(column<std::uint64_t>(table, "pdf/counts_model"),
            column<std::uint64_t>(table, "pdf/counts_target"));
  EXPECT_EQ(column<double>(table, "residual/displacement_mean_length")[0], 0.0);
  EXPECT_EQ(column<double>(table, "residual/velocity_mean_length")[0], 0.0);
  EXPECT_EQ(std::get<std::int64_t>(table.group_attributes.at("power").at("mesh")), 12);
  EXPECT_EQ(std::get<double>(table.attributes.at("M_nu_target_eV")), 0.15);
}

TEST_F(Measuring, only_requested_statistics_are_measured) {
  const Tracers model = tracers(1);
  const auto table = measure(model, nullptr, only({"power", "residual"})).table;
  EXPECT_TRUE(table.arrays.contains("power/p_model"));
  EXPECT_FALSE(table.arrays.contains("power/p_target"));
  EXPECT_FALSE(table.group_attributes.contains("pdf"));
  EXPECT_FALSE(table.group_attributes.contains("residual"));
}

TEST_F(Measuring, boxes_that_differ_are_refused_by_all_ranks_with_their_names) {
  const Tracers model = tracers(1);
  auto other = header(0.15);
  other.cosmology.Omega_m = 0.31;
  const Tracers target(
      field::Box{other, testing::poisson_displacement(layout_, box_mpch, 1), std::nullopt});
  try {
    (void)measure(model, &target, usual());
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_TRUE(error.agreed());
    EXPECT_NE(std::string(error.what()).find("b.h5"), std::string::npos) << error.what();
  }
}

TEST_F(Measuring, table_contains_every_documented_dataset_with_its_conventions) {
  const Tracers model = tracers(1), target = tracers(2, 0.15);
  StatsOptions options = usual();
  options.mesh_n = 16;
  options.assignment = field::Assignment::tsc;
  options.power.interlaced = true;
  const auto table = measure(model, &target, options).table;
  const auto& modes = column<std::uint64_t>(table, "power/modes");
  EXPECT_EQ(column<double>(table, "power/k_edges").size(), modes.size() + 1);
  for (const char* name : {"k", "p_model", "p_target", "p_cross", "transfer", "correlation"}) {
    EXPECT_EQ(column<double>(table, std::string("power/") + name).size(), modes.size()) << name;
  }
  const auto& edges = column<double>(table, "pdf/edges");
  for (const char* name : {"model", "target"}) {
    const auto suffix = std::string("_") + name;
    const auto& counts = column<std::uint64_t>(table, "pdf/counts" + suffix);
    const auto& outside = column<std::uint64_t>(table, "pdf/outside" + suffix);
    EXPECT_EQ(counts.size() + 1, edges.size());
    std::uint64_t cells = outside[0] + outside[1];
    for (const auto count : counts) cells += count;
    EXPECT_EQ(cells, 16U * 16 * 16);
    EXPECT_NEAR(column<double>(table, "pdf/moments" + suffix)[0], 1.0, 1e-6);
  }
  for (const char* name : {"displacement_mean_abs", "displacement_rms", "velocity_mean_abs"}) {
    EXPECT_EQ(column<double>(table, std::string("residual/") + name).size(), 3U) << name;
  }
  const auto& power = table.group_attributes.at("power");
  EXPECT_EQ(std::get<std::string>(power.at("assignment")), "tsc");
  EXPECT_EQ(std::get<std::int64_t>(power.at("mesh")), 16);
  EXPECT_NE(std::get<std::string>(power.at("interlacing")), "none");
  EXPECT_EQ(std::get<std::string>(power.at("shot_noise")), "raw");
  for (const char* name : {"deconvolution", "bin_rule", "shot_noise_power", "box_size_mpch"}) {
    EXPECT_TRUE(power.contains(name)) << name;
  }
}

TEST_F(Measuring, transfer_in_the_table_is_the_root_of_its_powers_after_subtraction_too) {
  const Tracers model = tracers(1), target = tracers(2);
  StatsOptions options = only({"power"});
  options.power.subtract_shot_noise = true;
  const auto table = measure(model, &target, options).table;
  const auto& p_model = column<double>(table, "power/p_model");
  const auto& p_target = column<double>(table, "power/p_target");
  const auto& transfer = column<double>(table, "power/transfer");
  for (std::size_t b = 0; b < transfer.size(); ++b) {
    const double ratio = p_model[b] / p_target[b];
    if (ratio >= 0) {
      EXPECT_DOUBLE_EQ(transfer[b], std::sqrt(ratio));
    } else {
      EXPECT_TRUE(std::isnan(transfer[b]));
    }
  }
}

TEST_F(Measuring, several_radii_give_the_rows_of_runs_with_one_radius_each) {
  const Tracers model = tracers(1);
  const auto with_radii = [&](std::vector<double> radii_mpch) {
    StatsOptions options = only({"pdf"});
    options.pdf.radii_mpch = std::move(radii_mpch);
    return measure(model, nullptr, options).table;
  };
  const auto both = with_radii({15, 25});
  const auto alone = with_radii({25});
  const auto& rows = column<std::uint64_t>(both, "pdf/counts_model");
  const auto& row = column<std::uint64_t>(alone, "pdf/counts_model");
  EXPECT_EQ(both.arrays.at("pdf/counts_model").shape, (std::vector<std::size_t>{2, 99}));
  EXPECT_EQ(alone.arrays.at("pdf/counts_model").shape, (std::vector<std::size_t>{99}));
  ASSERT_EQ(rows.size(), 2 * row.size());
  EXPECT_TRUE(std::equal(row.begin(), row.end(), rows.begin() + 99));
}

TEST_F(Measuring, a_failed_statistic_is_named_and_the_others_are_measured) {
  const Tracers model = tracers(1);
  StatsOptions options = usual();
  options.pdf.radii_mpch = {60};
  const Run run = measure(model, nullptr, options);
  ASSERT_EQ(run.failures.size(), 1U);
  EXPECT_EQ(run.failures[0].statistic, "pdf");
  EXPECT_TRUE(run.table.arrays.contains("power/p_model"));
  EXPECT_FALSE(run.table.group_attributes.contains("pdf"));
  const auto& failed = std::get<std::string>(run.table.attributes.at("failed_statistics"));
  EXPECT_NE(failed.find("pdf: "), std::string::npos) << failed;
  try {
    raise(run.failures, "the others are in stats.h5");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_TRUE(error.agreed());
    EXPECT_NE(std::string(error.what()).find("stats.h5"), std::string::npos);
  }
}

TEST_F(Measuring, a_radius_below_a_cell_or_above_half_the_box_is_named) {
  const Tracers model = tracers(1);
  for (const int radius : {8, 50}) {  // cells of 8.33 Mpc/h in a box of 100
    StatsOptions options = only({"pdf"});
    options.pdf.radii_mpch = {20, static_cast<double>(radius)};
    const Run run = measure(model, nullptr, options);
    ASSERT_EQ(run.failures.size(), 1U);
    EXPECT_EQ(run.failures[0].error.code(), ExitCode::usage);
    EXPECT_NE(std::string(run.failures[0].error.what()).find(fmt::format("of {} Mpc/h", radius)),
              std::string::npos);
  }
}

TEST_F(Measuring, a_rerun_keeps_statistics_with_the_same_settings_and_measures_the_others) {
  const Tracers model = tracers(1);
  const auto settings = [](const char* of_power, const char* of_pdf) {
    StatsOptions options = usual();
    options.pdf.radii_mpch = {20};
    if (of_power != nullptr) options.settings_checksums["power"] = of_power;
    options.settings_checksums["pdf"] = of_pdf;
    return options;
  };
  Run first = measure(model, nullptr, settings("a", "b"));
  EXPECT_EQ(first.saved, 1);  // before the last statistic, not after it
  // A mark distinguishes a kept group from one that is measured again.
  for (const char* group : {"power", "pdf"}) first.table.group_attributes[group]["mark"] = "kept";
  const auto is_kept = [&](const StatsOptions& options, const char* group) {
    return measure(model, nullptr, options, first.table)
        .table.group_attributes.at(group)
        .contains("mark");
  };
  EXPECT_TRUE(is_kept(settings("a", "b"), "power"));
  EXPECT_TRUE(is_kept(settings("a", "b"), "pdf"));
  EXPECT_TRUE(is_kept(settings("a", "c"), "power"));
  EXPECT_FALSE(is_kept(settings("a", "c"), "pdf"));
  EXPECT_FALSE(is_kept(settings("c", "b"), "power"));
  EXPECT_FALSE(is_kept(settings(nullptr, "b"), "power"));
  first.table.attributes["inputs_checksum"] = "of other inputs";
  EXPECT_FALSE(is_kept(settings("a", "b"), "power"));
}

TEST_F(Measuring, a_catalogue_gives_the_statistics_of_the_lattice_it_was_written_from) {
  const Tracers lattice = tracers(3);
  Catalogue catalogue;
  const auto& psi = lattice.lattice()->displacement;
  const double spacing = psi.spacing_mpch();
  for (std::size_t i = 0; i < psi.local_sites(); ++i) {
    const std::size_t plane = lattice_n * lattice_n;
    const double q[3] = {spacing * static_cast<double>(layout_.local().start + i / plane),
                         spacing * static_cast<double>(i / lattice_n % lattice_n),
                         spacing * static_cast<double>(i % lattice_n)};
    for (std::size_t c = 0; c < 3; ++c) {
      const double x = q[c] + psi.component(c)[i];
      catalogue.positions_mpch.push_back(
          static_cast<float>(x - box_mpch * std::floor(x / box_mpch)));
    }
  }
  const Tracers particles(comm_, header(0), std::move(catalogue));
  EXPECT_EQ(particles.total(), lattice.total());
  EXPECT_EQ(particles.per_side(), lattice_n);
  const auto a = measure(lattice, nullptr, only({"power"})).table;
  const auto b = measure(particles, nullptr, only({"power"})).table;
  for (std::size_t i = 0; i < column<double>(a, "power/p_model").size(); ++i) {
    // Positions rounded to floats: 1e-5 of a cell.
    EXPECT_NEAR(column<double>(b, "power/p_model")[i] / column<double>(a, "power/p_model")[i], 1.0,
                1e-4);
  }
}

TEST_F(Measuring, boxes_without_information_are_refused_with_their_name) {
  const auto refusal = [&](Catalogue catalogue) -> std::string {
    try {
      const Tracers few(comm_, header(0), std::move(catalogue));
      const SharedMeshes shared(few, nullptr, 8, field::Assignment::cic, "few.h5");
      return "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      EXPECT_TRUE(error.agreed());
      return error.what();
    }
  };
  const bool root = comm_.is_root();
  const auto on_root = [&](std::vector<float> positions) {
    return Catalogue{root ? std::move(positions) : std::vector<float>(), {}};
  };
  EXPECT_NE(refusal({}).find("few.h5 contains 0 particles"), std::string::npos);
  EXPECT_NE(refusal(on_root({1, 2, 3})).find("few.h5 contains 1 particle:"), std::string::npos);
  EXPECT_NE(refusal(on_root({1, 2, 3, 4, 5, 600})).find("600"), std::string::npos);
  EXPECT_NE(refusal(on_root({1, 2, 3, 4, NAN, 6})).find("nan"), std::string::npos);
}

TEST_F(Measuring, residual_group_has_maps_distributions_and_those_of_other_realisations) {
  const Tracers model = tracers(1), target = tracers(2, 0.15);
  const auto file = [&](int seed) {
    const auto path = std::filesystem::temp_directory_path() /
                      fmt::format("nubox-realisation-{}-{}.h5", seed, comm_.size());
    const Tracers box = tracers(static_cast<std::uint64_t>(seed), 0.15);
    // Minimum images, as in files.
    field::Box images = *box.lattice();
    for (float& x : images.displacement.values()) x -= 50.0F;
    field::write_box(path, images).finish();
    return path.string();
  };
  const std::string first = file(11), second = file(12);
  StatsOptions options = only({"residual"});
  options.residual = {.slab_mpch = 25, .smoothing_mpch = 20, .independent = {first, second}};
  const auto table = measure(model, &target, options).table;
  const auto& map_model = column<float>(table, "residual/map_model");
  const auto& map_target = column<float>(table, "residual/map_target");
  const auto& map_residual = column<float>(table, "residual/map_residual");
  ASSERT_EQ(map_model.size(), lattice_n * lattice_n);
  for (std::size_t i = 0; i < map_model.size(); ++i) {
    EXPECT_NEAR(map_residual[i], map_target[i] - map_model[i], 1e-5);
  }
  for (const char* ending : {"", "_model_independent", "_target_independent", "_independent"}) {
    const std::string name = std::string("residual/histogram") + ending;
    std::uint64_t cells = 0;
    for (const auto count : column<std::uint64_t>(table, name)) cells += count;
    EXPECT_EQ(cells, lattice_n * lattice_n * lattice_n) << name;
    EXPECT_NEAR(column<double>(table, std::string("residual/moments") + ending)[0], 0.0, 1e-6);
  }
  EXPECT_TRUE(table.arrays.contains("residual/displacement_rms_independent"));
  const auto& attributes = table.group_attributes.at("residual");
  EXPECT_EQ(std::get<std::int64_t>(attributes.at("slab_cells")), 3);
  EXPECT_DOUBLE_EQ(std::get<double>(attributes.at("slab_mpch")), 25.0);
  comm_.barrier();
  if (comm_.is_root()) {
    std::filesystem::remove(first);
    std::filesystem::remove(second);
  }
}

TEST_F(Measuring, every_statistic_of_a_constant_density_fails_and_names_it) {
  const Tracers model(
      field::Box{header(0), field::LatticeField(layout_, 3, box_mpch), std::nullopt});
  const Run run = measure(model, nullptr, usual());
  ASSERT_EQ(run.failures.size(), 2U);
  for (const Failure& failure : run.failures) {
    EXPECT_EQ(failure.error.code(), ExitCode::input);
    EXPECT_NE(std::string(failure.error.what()).find("a.h5"), std::string::npos);
  }
  EXPECT_TRUE(run.table.arrays.empty());
}

TEST(Statistics, memory_is_that_of_the_largest_step) {
  const auto bytes = [](const std::string& name, bool target) {
    Sizes sizes;
    sizes.mesh_n = 64;
    sizes.particles = 64.0 * 64 * 64;
    sizes.ranks = 2;
    sizes.target = target;
    sizes.mesh_bytes = mesh_bytes(64, 2);
    return predicted_bytes(sizes, 2, statistics_of({.statistics = {name}})) /
           (sizes.particles / sizes.ranks);
  };
  const double mesh = mesh_bytes(64, 2) / (64.0 * 64 * 64 / 2);
  EXPECT_NEAR(mesh, 4 * 66.0 / 64, 1e-12);  // floats, two more in every row
  // One box: displacement, velocity, wrapped positions and its mesh while it is painted.
  EXPECT_NEAR(bytes("power", false), 24 + 12 + mesh, 1e-9);
  EXPECT_NEAR(bytes("pdf", true), 48 + std::max(12 + 2 * mesh, 4 * mesh), 1e-9);
}

TEST(Statistics, come_from_the_options_or_are_refused) {
  EXPECT_EQ(statistics_of({.statistics = {"pdf", "power"}}).front().name, "power");
  EXPECT_EQ(statistics_of({.statistics = {"residual"}, .has_target = true}).size(), 1U);
  EXPECT_THROW((void)statistics_of({.statistics = {"residual"}}), UsageError);
  EXPECT_THROW((void)statistics_of({}), UsageError);
  StatsOptions two_edges{.statistics = {"pdf"}};
  two_edges.pdf.log10_edges = {-1, 1};
  EXPECT_THROW((void)statistics_of(two_edges), UsageError);
  for (const std::string& name : statistic_names()) {
    EXPECT_EQ(statistics_of({.statistics = {name}, .has_target = true}).front().name, name);
  }
}

}  // namespace
}  // namespace nubox::stats
