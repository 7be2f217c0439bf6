#include "nubox/snapshot/outliers.hpp"

#include "snapshot/wave_box.hpp"

#include <algorithm>
#include <array>

namespace nubox::test {
namespace {

constexpr double nothing_is_rounding = 0;
constexpr std::size_t sites = box_n * box_n * box_n;

/// Three uncorrelated Gaussian numbers per site, the same on every number of ranks. Collective.
field::LatticeField gaussian_field(const par::Comm& comm) {
  field::LatticeField field(par::SlabLayout(comm, box_n), 3, box_mpch);
  const std::uint64_t start = field.layout().local().start * box_n * box_n;
  for (std::size_t c = 0; c < 3; ++c) {
    auto values = field.component(c);
    for (std::size_t s = 0; s < values.size(); ++s) {
      const auto site = static_cast<std::uint32_t>(start + s);
      const rng::Block block = rng::philox(7, {site, static_cast<std::uint32_t>(c), 0, 0});
      const double u = rng::uniform_open_closed(block[0], block[1]),
                   v = rng::uniform_open_closed(block[2], block[3]);
      values[s] =
          static_cast<float>(std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v));
    }
  }
  return field;
}

/// Distances to the third nearest of 26 neighbours, one site after the other. Collective.
std::vector<double> naive_distances(const field::LatticeField& field) {
  const std::size_t start = field.layout().local().start * box_n * box_n;
  std::array<std::vector<double>, 3> whole;
  for (std::size_t c = 0; c < 3; ++c) {
    whole[c].assign(sites, 0);
    std::copy(field.component(c).begin(), field.component(c).end(),
              whole[c].begin() + static_cast<std::ptrdiff_t>(start));
    field.comm().all_reduce(std::span<double>(whole[c]));
  }
  std::vector<double> distances;
  for (std::size_t s = 0; s < sites; ++s) {
    std::vector<double> to_neighbours;
    for (std::size_t m = 0; m < 27; ++m) {
      if (m == 13) continue;
      const std::size_t i = (s / (box_n * box_n) + box_n + m / 9 - 1) % box_n;
      const std::size_t j = (s / box_n % box_n + box_n + m / 3 % 3 - 1) % box_n;
      const std::size_t k = (s % box_n + box_n + m % 3 - 1) % box_n;
      const std::size_t t = (i * box_n + j) * box_n + k;
      to_neighbours.push_back(std::hypot(whole[0][s] - whole[0][t], whole[1][s] - whole[1][t],
                                         whole[2][s] - whole[2][t]));
    }
    std::sort(to_neighbours.begin(), to_neighbours.end());
    distances.push_back(to_neighbours[2]);
  }
  return distances;
}

/// Adds to a component of one site, on the rank that owns it.
void shift(field::LatticeField& field, std::uint64_t site, double by) {
  const std::uint64_t start = field.layout().local().start * box_n * box_n;
  if (site < start || site - start >= field.local_sites()) return;
  field.component(1)[site - start] += static_cast<float>(by);
}

TEST(Outliers, the_worst_particle_is_that_of_a_naive_search) {
  const auto world = par::Comm::world();
  const field::LatticeField field = gaussian_field(world);
  const std::vector<double> distances = naive_distances(field);
  const auto worst = std::max_element(distances.begin(), distances.end());
  const auto found = snapshot::find_outliers(field, nothing_is_rounding);
  EXPECT_EQ(found.site, static_cast<std::uint64_t>(worst - distances.begin()));
  EXPECT_NEAR(found.largest, *worst, 1e-5);
  EXPECT_EQ(found.count, 0u);
}

TEST(Outliers, the_limit_follows_from_two_percentiles) {
  const auto world = par::Comm::world();
  const field::LatticeField field = gaussian_field(world);
  std::vector<double> distances = naive_distances(field);
  std::sort(distances.begin(), distances.end());
  const double q90 = distances[sites * 90 / 100], q99 = distances[sites * 99 / 100];
  const double expected = 2 * (q99 + (q99 - q90) * std::log10(sites / 100.0));
  // Bins of 0.4 %; the difference of two percentiles counts 1.6 times.
  EXPECT_NEAR(snapshot::find_outliers(field, nothing_is_rounding).limit, expected,
              0.015 * expected);
}

TEST(Outliers, shifted_particles_are_counted_at_slab_borders_and_beside_each_other) {
  const auto world = par::Comm::world();
  field::LatticeField field = gaussian_field(world);
  const double limit = snapshot::find_outliers(field, nothing_is_rounding).limit;
  // Two neighbours with the same shift, one in the first and one in the last plane.
  const std::uint64_t far = (4 * box_n + 9) * box_n + 3, last = sites - 1;
  for (const std::uint64_t site : {far, far + 1, std::uint64_t{0}}) shift(field, site, 2 * limit);
  shift(field, last, 20 * limit);
  const auto found = snapshot::find_outliers(field, nothing_is_rounding);
  EXPECT_EQ(found.count, 4u);
  EXPECT_EQ(found.site, last);
  EXPECT_GT(found.largest, 19 * limit);
  EXPECT_NEAR(found.limit, limit, 0.02 * limit);
}

TEST(Outliers, rounding_of_an_undisturbed_lattice_is_no_outlier) {
  const auto world = par::Comm::world();
  field::LatticeField field(par::SlabLayout(world, box_n), 3, box_mpch);
  shift(field, 77, 1e-4);
  EXPECT_EQ(snapshot::find_outliers(field, 1e-3).count, 0u);
  EXPECT_EQ(snapshot::find_outliers(field, 1e-5).count, 1u);
}

TEST(Outliers, damage_is_refused_with_the_particle_or_passed_with_a_warning) {
  const auto world = par::Comm::world();
  const auto name = [](std::uint64_t site) { return fmt::format("ID {}", site + 1); };
  field::Box box = wave_box(world);
  EXPECT_NO_THROW(snapshot::check_outliers(box, snapshot::OutlierChoice::refuse, name));
  shift(box.displacement, 77, 50);
  shift(*box.velocity, 78, 1e5);
  try {
    snapshot::check_outliers(box, snapshot::OutlierChoice::refuse, name);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_TRUE(error.agreed());
    const std::string text = error.what();
    for (const char* part : {"damaged positions", "ID 78 of site (0, 4, 13)", "damaged velocities",
                             "ID 79 of site (0, 4, 14)", "import.outliers = warn"}) {
      EXPECT_NE(text.find(part), std::string::npos) << text;
    }
  }
  EXPECT_NO_THROW(snapshot::check_outliers(box, snapshot::OutlierChoice::warn, name));
}

}  // namespace
}  // namespace nubox::test
