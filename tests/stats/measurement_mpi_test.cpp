#include "nubox/core/error.hpp"
#include "nubox/stats/measurement.hpp"
#include "nubox/stats/stats_file.hpp"

#include "stats/fields.hpp"

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

constexpr double box_mpch = 100.0;
constexpr std::size_t lattice_n = 12;

class Measuring : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();
  par::SlabLayout layout_{comm_, lattice_n};

  field::Snapshot snapshot(std::uint64_t seed, double M_nu_eV) {
    io::FieldHeader header;
    header.box_size_mpch = box_mpch;
    header.n = lattice_n;
    header.Omega_m = 0.3;
    header.Omega_b = 0.05;
    header.h = 0.7;
    header.n_s = 1.0;
    header.A_s = 2e-9;
    header.M_nu_eV = M_nu_eV;
    return {header, testing::poisson_displacement(layout_, box_mpch, seed),
            field::LatticeField(layout_, 3, box_mpch)};
  }

  template <class T>
  static const std::vector<T>& column(const io::TableFile& table, const std::string& path) {
    return std::get<std::vector<T>>(table.arrays.at(path).values);
  }
};

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
  const auto model = snapshot(1, 0.0), target = snapshot(1, 0.15);
  const Measurement result = measure(model, &target, {});
  ASSERT_TRUE(result.power && result.pdf_target && result.displacement_error);
  for (const double transfer : result.power->transfer) EXPECT_NEAR(transfer, 1.0, 1e-12);
  for (const double correlation : result.power->correlation) EXPECT_NEAR(correlation, 1.0, 1e-12);
  EXPECT_EQ(result.pdf_model->histogram.counts, result.pdf_target->histogram.counts);
  EXPECT_EQ(result.displacement_error->mean_length, 0.0);
  EXPECT_EQ(result.velocity_error->mean_length, 0.0);
  EXPECT_EQ(result.settings.mesh, lattice_n);
}

TEST_F(Measuring, only_what_is_asked_for_is_measured) {
  const auto model = snapshot(1, 0.0);
  Settings settings;
  settings.pdf = false;
  const Measurement result = measure(model, nullptr, settings);
  EXPECT_TRUE(result.power);
  EXPECT_FALSE(result.pdf_model);
  EXPECT_FALSE(result.displacement_error);
  const io::TableFile table = to_table(result);
  EXPECT_TRUE(table.arrays.contains("power/p_model"));
  EXPECT_FALSE(table.arrays.contains("power/p_target"));
  EXPECT_FALSE(table.group_attributes.contains("pdf"));
}

TEST_F(Measuring, boxes_that_differ_are_refused_by_all_ranks_with_their_names) {
  const auto model = snapshot(1, 0.0);
  auto target = snapshot(1, 0.15);
  target.header.Omega_m = 0.31;
  try {
    (void)measure(model, &target, {}, "a.h5", "b.h5");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_TRUE(error.agreed());
    EXPECT_NE(std::string(error.what()).find("b.h5"), std::string::npos) << error.what();
  }
}

TEST_F(Measuring, table_holds_every_dataset_of_the_contract_with_its_conventions) {
  const auto model = snapshot(1, 0.0), target = snapshot(2, 0.15);
  Settings settings;
  settings.mesh = 16;
  settings.interlace = true;
  settings.assignment = field::Assignment::tsc;
  const io::TableFile table = to_table(measure(model, &target, settings));
  EXPECT_EQ(table.format, "nubox-stats");

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
  EXPECT_EQ(std::get<double>(table.attributes.at("M_nu_target_eV")), 0.15);
}

TEST_F(Measuring, transfer_in_the_table_is_the_root_of_its_powers_after_subtraction_too) {
  const auto model = snapshot(1, 0.0), target = snapshot(2, 0.15);
  Settings settings;
  settings.subtract_shot_noise = true;
  settings.pdf = false;
  const auto power = *measure(model, &target, settings).power;
  for (std::size_t b = 0; b < power.modes.size(); ++b) {
    const double ratio = power.p_model[b] / power.p_target[b];
    if (ratio >= 0) {
      EXPECT_DOUBLE_EQ(power.transfer[b], std::sqrt(ratio));
    } else {
      EXPECT_TRUE(std::isnan(power.transfer[b]));
    }
  }
}

TEST(Settings, come_from_the_options_of_stats_and_pdf) {
  const auto config = config::Config::parse(
      "stats", {"--stats.mesh=48", "--stats.assignment=pcs", "--stats.interlace=true",
                "--stats.shot_noise=subtract", "--stats.statistics=power,residual",
                "--pdf.radius_mpch=5", "--pdf.filter=analytic", "--pdf.edges=-1,1,21"});
  const Settings settings = settings_of(config);
  EXPECT_EQ(settings.mesh, 48U);
  EXPECT_EQ(settings.assignment, field::Assignment::pcs);
  EXPECT_TRUE(settings.interlace && settings.subtract_shot_noise);
  EXPECT_TRUE(settings.power && settings.residual && !settings.pdf);
  EXPECT_EQ(settings.radius_mpch, 5.0);
  EXPECT_EQ(settings.filter, TopHatKind::analytic);
  EXPECT_EQ(settings.edges.size(), 21U);
  EXPECT_THROW((void)settings_of(config::Config::parse("stats", {"--pdf.edges=-1,1"})), UsageError);
}

}  // namespace
}  // namespace nubox::stats
