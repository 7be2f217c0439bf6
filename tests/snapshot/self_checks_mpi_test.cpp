#include "nubox/core/rng.hpp"
#include "nubox/snapshot/self_checks.hpp"

#include "snapshot/wave_box.hpp"

#include <numeric>

namespace nubox::test {
namespace {

std::size_t failures(const std::vector<snapshot::Check>& checks) {
  std::size_t count = 0;
  for (const auto& check : checks) count += check.passed ? 0 : 1;
  return count;
}

TEST(SelfChecks, mean_displacement_is_the_same_on_all_ranks_and_in_cells) {
  const auto world = par::Comm::world();
  field::Box box = wave_box(world);
  const double cell = box_mpch / box_n;
  for (float& value : box.displacement.component(1)) value += static_cast<float>(cell / 2);
  const auto mean = snapshot::mean_cells(box.displacement);
  EXPECT_NEAR(mean[0], 0, 1e-6);
  EXPECT_NEAR(mean[1], 0.5, 1e-6);
  EXPECT_NEAR(mean[2], 0, 1e-6);
}

TEST(SelfChecks, offsets_are_0_or_a_half_cell_or_unknown) {
  const auto offset = snapshot::offset_of({1.3e-3, 0.5013, 0.25});
  EXPECT_EQ(offset[0], 0.0);
  EXPECT_EQ(offset[1], 0.5);
  EXPECT_FALSE(offset[2]);
  EXPECT_FALSE(snapshot::offset_of({std::nan(""), 0, 0})[0]);
}

TEST(SelfChecks, a_consistent_box_passes_and_velocities_are_optional) {
  const auto world = par::Comm::world();
  const field::Box box = wave_box(world);
  const double Omega_m = box.header.cosmology.Omega_m;
  const auto checks =
      snapshot::self_checks(box.displacement, &*box.velocity, box_redshift, Omega_m, std::nullopt);
  EXPECT_EQ(checks.size(), 3u);
  EXPECT_EQ(failures(checks), 0u);
  EXPECT_EQ(
      snapshot::self_checks(box.displacement, nullptr, box_redshift, Omega_m, std::nullopt).size(),
      2u);
}

TEST(SelfChecks, displacements_of_random_sites_fail) {
  const auto world = par::Comm::world();
  field::Box box = wave_box(world);
  const std::size_t start = box.displacement.layout().local().start * box_n * box_n;
  for (std::size_t c = 0; c < 3; ++c) {
    const auto order = rng::permutation(11, c, box_n * box_n * box_n);
    auto values = box.displacement.component(c);
    for (std::size_t s = 0; s < values.size(); ++s) {
      const auto share = static_cast<double>(order[start + s]) / (box_n * box_n * box_n);
      values[s] = static_cast<float>((share - 0.5) * box_mpch);
    }
  }
  const auto checks = snapshot::self_checks(box.displacement, nullptr, box_redshift,
                                            box.header.cosmology.Omega_m, std::nullopt);
  EXPECT_EQ(failures(checks), checks.size());
}

TEST(SelfChecks, not_a_number_anywhere_fails) {
  const auto world = par::Comm::world();
  field::Box box = wave_box(world);
  if (box.displacement.local_sites() > 0) {
    box.displacement.component(0)[0] = std::numeric_limits<float>::quiet_NaN();
    box.velocity->component(2)[0] = std::numeric_limits<float>::quiet_NaN();
  }
  const auto checks = snapshot::self_checks(box.displacement, &*box.velocity, box_redshift,
                                            box.header.cosmology.Omega_m, std::nullopt);
  EXPECT_EQ(failures(checks), checks.size());
}

TEST(SelfChecks, boxes_of_the_simulator_are_not_foreign_and_files_from_python_are) {
  io::FieldHeader header;
  header.origin = "simulate";
  EXPECT_FALSE(snapshot::is_foreign(header));
  header.code_version = "tools/nubox.py";
  EXPECT_TRUE(snapshot::is_foreign(header));
  header = {};
  header.origin = "import";
  EXPECT_TRUE(snapshot::is_foreign(header));
}

}  // namespace
}  // namespace nubox::test
