#include "nubox/stats/bispectrum.hpp"
#include "nubox/stats/suite.hpp"

#include "stats/fields.hpp"

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

constexpr double box_mpch = 100.0;
constexpr std::size_t lattice_n = 12;

class MeasuringBispectra : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();

  Tracers tracers(std::uint64_t seed) {
    io::FieldHeader header;
    header.box_size_mpch = box_mpch;
    header.n = lattice_n;
    return Tracers(field::Box{
        header, testing::poisson_displacement(par::SlabLayout(comm_, lattice_n), box_mpch, seed),
        std::nullopt});
  }

  static std::vector<Failure> measure(const Tracers& model, const Tracers* target,
                                      const BispectrumOptions& options, io::TableFile& table) {
    StatsOptions bispectrum{.statistics = {"bispectrum"}, .has_target = target != nullptr};
    bispectrum.bispectrum = options;
    SharedMeshes shared(model, target, 0, field::Assignment::cic);
    return measure_all(shared, statistics_of(bispectrum), table, [](const auto&) {});
  }

  template <class T>
  static const std::vector<T>& column(const io::TableFile& table, const std::string& path) {
    return std::get<std::vector<T>>(table.arrays.at(path).values);
  }
};

TEST_F(MeasuringBispectra, table_contains_angles_bins_counts_and_conventions) {
  const Tracers model = tracers(1), target = tracers(2);
  io::TableFile table;
  const auto failures =
      measure(model, &target,
              {.k1_hmpc = 0.12, .k2_hmpc = 0.15, .n_theta = 5, .bins_kF = {1, 5, 1}}, table);
  EXPECT_TRUE(failures.empty());
  const TriangleList angles = triangles_by_angle(box_mpch, 0.12, 0.15, 5);
  EXPECT_EQ(column<std::uint64_t>(table, "bispectrum/triangles"),
            count_triangles(comm_, angles.shells, angles.triangles));
  EXPECT_EQ(column<double>(table, "bispectrum/theta"), angles.theta);
  EXPECT_NEAR(column<double>(table, "bispectrum/k3")[0], 0.27, 1e-12);
  const auto triangles = column<std::uint64_t>(table, "bispectrum/bins/triangles");
  for (const char* name : {"k1", "k2", "k3", "b_model", "q_model", "b_target", "q_target"}) {
    EXPECT_EQ(column<double>(table, std::string("bispectrum/bins/") + name).size(),
              triangles.size());
  }
  for (const char* name : {"b_model", "q_model", "b_target", "q_target"}) {
    EXPECT_EQ(column<double>(table, std::string("bispectrum/") + name).size(), 5U) << name;
  }
  for (const char* group : {"bispectrum", "bispectrum/bins"}) {
    for (const char* name : {"mesh", "assignment", "deconvolution", "interlacing", "shell_rule",
                             "shot_noise", "triangle_count_rule", "product_mesh"}) {
      EXPECT_TRUE(table.group_attributes.at(group).contains(name)) << group << ' ' << name;
    }
  }
}

TEST_F(MeasuringBispectra, triangles_beyond_the_mesh_or_below_the_fundamental_are_refused) {
  const Tracers model = tracers(1);
  for (const double k1_hmpc : {0.3, 0.05}) {
    io::TableFile table;
    const auto failures = measure(model, nullptr, {.k1_hmpc = k1_hmpc, .k2_hmpc = 0.15}, table);
    ASSERT_EQ(failures.size(), 1U) << k1_hmpc;
    EXPECT_EQ(failures[0].error.code(), ExitCode::usage);
    EXPECT_TRUE(failures[0].error.agreed());
    EXPECT_FALSE(table.group_attributes.contains("bispectrum"));
  }
  for (const auto& bins : std::vector<std::vector<double>>{{0.5, 4, 1}, {2, 3, 2}, {2, 5}}) {
    io::TableFile table;
    EXPECT_THROW((void)measure(model, nullptr, {.bins_kF = bins}, table), UsageError);
  }
}

}  // namespace
}  // namespace nubox::stats
