#include "nubox/stats/suite.hpp"

#include "stats/fields.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

constexpr double box_mpch = 100.0;
constexpr std::size_t lattice_n = 32;

/// The statistic for a displaced lattice with voids, from particles to table.
class VoidStatistic : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();
  par::Comm self_ = par::Comm::self();

  /// Waves along all axes that empty the regions between their crests, and random displacements of
  /// a cell.
  static Tracers tracers(const par::Comm& comm, double amplitude_mpch) {
    const par::SlabLayout layout(comm, lattice_n);
    field::LatticeField psi = testing::poisson_displacement(layout, 4.0, 5);
    field::LatticeField waves(layout, 3, box_mpch);
    for (std::size_t i = 0; i < psi.local_sites(); ++i) {
      const std::size_t site = layout.local().start * lattice_n * lattice_n + i;
      const std::size_t q[3] = {site / (lattice_n * lattice_n), site / lattice_n % lattice_n,
                                site % lattice_n};
      for (std::size_t c = 0; c < 3; ++c) {
        const double phase = 2 * units::pi * 2 * static_cast<double>(q[c]) / lattice_n;
        waves.component(c)[i] =
            psi.component(c)[i] + static_cast<float>(amplitude_mpch * std::sin(phase));
      }
    }
    io::FieldHeader header;
    header.box_size_mpch = box_mpch;
    header.n = lattice_n;
    return Tracers(field::Box{header, std::move(waves), std::nullopt});
  }

  static io::TableFile measure(const par::Comm& comm, const VoidStatisticOptions& options,
                               double amplitude_mpch = 8.0) {
    StatsOptions voids{.statistics = {"voids"}, .has_target = true};
    voids.voids = options;
    const Tracers model = tracers(comm, amplitude_mpch), target = tracers(comm, 7.0);
    SharedMeshes shared(model, &target, 0, field::Assignment::cic);
    io::TableFile table;
    const auto failures =
        measure_all(shared, statistics_of(voids), table, [](const io::TableFile&) {});
    raise(failures, "no file");
    return table;
  }
};

TEST_F(VoidStatistic, has_the_same_bytes_on_every_number_of_ranks) {
  const VoidStatisticOptions options = {.finder = {.threshold = -0.3, .radii_cells = {6, 5, 4, 3}},
                                        .assignment = field::Assignment::pcs};
  const io::TableFile together = measure(comm_, options), alone = measure(self_, options);
  ASSERT_EQ(together.arrays.size(), alone.arrays.size());
  for (const auto& [path, array] : alone.arrays) {
    // Profiles are sums of doubles, which ranks add in another order.
    if (path.find("voids/profile_model") == 0 || path.find("voids/profile_target") == 0) continue;
    EXPECT_EQ(together.arrays.at(path).values, array.values) << path;
  }
  const auto& position =
      std::get<std::vector<double>>(alone.arrays.at("voids/catalogue_model/position").values);
  EXPECT_GE(position.size(), 3U * 8);
}

TEST_F(VoidStatistic, table_names_every_convention_and_its_columns_agree) {
  const io::TableFile table = measure(
      comm_, {.finder = {.threshold = -0.5, .radii_cells = {7, 5, 4}, .rule = VoidRule::pylians},
              .profile_shells = 6,
              .profile_extent = 1.5});
  const auto shape = [&](const std::string& path) {
    return table.arrays.at("voids/" + path).shape;
  };
  using Shape = std::vector<std::size_t>;
  for (const std::string side : {"model", "target"}) {
    const auto& counts =
        std::get<std::vector<std::uint64_t>>(table.arrays.at("voids/counts_" + side).values);
    const std::size_t voids = counts[0] + counts[1] + counts[2];
    EXPECT_EQ(shape("catalogue_" + side + "/position"), (Shape{voids, 3}));
    EXPECT_EQ(shape("catalogue_" + side + "/radius"), Shape{voids});
    EXPECT_EQ(shape("catalogue_" + side + "/delta"), Shape{voids});
    EXPECT_EQ(shape("vsf_" + side), Shape{2});
    EXPECT_EQ(shape("profile_" + side), (Shape{3, 6}));
    // Within the largest voids the ratio is below 1 + threshold, up to the shape of the filter.
    const std::size_t largest = counts[0] > 0 ? 0 : counts[1] > 0 ? 1 : 2;
    const auto& profile =
        std::get<std::vector<double>>(table.arrays.at("voids/profile_" + side).values);
    EXPECT_LT(profile[largest * 6], 0.5);
  }
  EXPECT_EQ(shape("radii"), Shape{3});
  EXPECT_EQ(shape("vsf_radius"), Shape{2});
  const auto& attributes = table.group_attributes.at("voids");
  EXPECT_EQ(std::get<double>(attributes.at("threshold")), -0.5);
  EXPECT_EQ(std::get<std::string>(attributes.at("rule")), "pylians");
  EXPECT_EQ(std::get<std::string>(attributes.at("assignment")), "cic");
  EXPECT_EQ(std::get<std::int64_t>(attributes.at("mesh")), 32);
  for (const char* name : {"box_size_mpch", "deconvolution", "filter", "rule_text", "bin_rule"}) {
    EXPECT_TRUE(attributes.contains(name)) << name;
  }
}

TEST_F(VoidStatistic, a_box_without_voids_has_counts_of_zero_and_an_empty_catalogue) {
  const io::TableFile table = measure(comm_, {.finder = {.radii_cells = {5, 4}}}, 0.0);
  EXPECT_EQ(std::get<std::vector<std::uint64_t>>(table.arrays.at("voids/counts_model").values),
            (std::vector<std::uint64_t>{0, 0}));
  EXPECT_EQ(std::get<std::int64_t>(table.group_attributes.at("voids/catalogue_model").at("voids")),
            0);
  EXPECT_EQ(table.arrays.at("voids/catalogue_model/position").shape,
            (std::vector<std::size_t>{0, 3}));
}

TEST_F(VoidStatistic, default_radii_are_those_that_fit_the_mesh) {
  const io::TableFile table = measure(comm_, {.finder = {.threshold = -0.5}});
  EXPECT_EQ(std::get<std::vector<double>>(table.arrays.at("voids/radii_cells").values),
            (std::vector<double>{15, 13, 11, 9, 7, 5}));
}

TEST_F(VoidStatistic, invalid_radii_are_a_usage_error) {
  try {
    (void)measure(comm_, {.finder = {.radii_cells = {5, 16}}});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_NE(std::string(error.what()).find("voids.radii_cells"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace nubox::stats
