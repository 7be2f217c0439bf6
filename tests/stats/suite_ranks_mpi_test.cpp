#include "stats/suite.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::stats {
namespace {

using testing::box_mpch, testing::lattice_n;

class OnAnyRanks : public testing::Measuring {
 protected:
  /// The same box on another communicator: its values depend on neither.
  static Tracers tracers_on(const par::Comm& comm, std::uint64_t seed) {
    const par::SlabLayout layout(comm, lattice_n);
    return Tracers(field::Box{header(0), testing::poisson_displacement(layout, box_mpch, seed),
                              testing::poisson_displacement(layout, box_mpch, seed + 100)});
  }

  /// Integers equal; numbers to `tolerance` of the largest of their column.
  static void expect_same(const io::TableFile& a, const io::TableFile& b, double tolerance) {
    ASSERT_EQ(a.arrays.size(), b.arrays.size());
    for (const auto& [path, array] : a.arrays) {
      const io::Array& other = b.arrays.at(path);
      if (std::holds_alternative<std::vector<std::uint64_t>>(array.values)) {
        EXPECT_EQ(array.values, other.values) << path;
      } else if (const auto* x = std::get_if<std::vector<double>>(&array.values)) {
        const auto& y = std::get<std::vector<double>>(other.values);
        ASSERT_EQ(x->size(), y.size()) << path;
        double scale = 0;
        for (const double value : y)
          scale = std::max(scale, std::isnan(value) ? 0 : std::abs(value));
        for (std::size_t i = 0; i < y.size(); ++i) {
          EXPECT_EQ(std::isnan((*x)[i]), std::isnan(y[i])) << path;
          if (std::isnan(y[i])) continue;
          EXPECT_NEAR((*x)[i], y[i], tolerance * scale) << path;
        }
      }
    }
  }
};

TEST_F(OnAnyRanks, counts_are_equal_and_spectra_agree_on_every_number_of_ranks) {
  const par::Comm alone = par::Comm::self();
  StatsOptions options = usual();
  options.mesh_n = 16;
  options.power.interlaced = true;
  options.pdf.radii_mpch = {10, 20};
  options.residual.smoothing_mpch = 9;
  const Tracers model = tracers_on(comm_, 1), target = tracers_on(comm_, 2);
  const Tracers whole_model = tracers_on(alone, 1), whole_target = tracers_on(alone, 2);
  const auto shared = measure(model, &target, options).table;
  const auto whole = measure(whole_model, &whole_target, options).table;
  // Paint and transforms have the same bits on any number of ranks; sums in double precision
  // differ.
  expect_same(shared, whole, 1e-12);
}

TEST_F(OnAnyRanks, split_transfers_give_the_same_results) {
  par::Comm small = comm_.duplicate();
  small.set_chunk_elements(7);  // as 2^30 elements for boxes of more than 2^31 particles
  const StatsOptions options = usual();
  const Tracers model = tracers_on(comm_, 1), target = tracers_on(comm_, 2);
  const Tracers small_model = tracers_on(small, 1), small_target = tracers_on(small, 2);
  expect_same(measure(small_model, &small_target, options).table,
              measure(model, &target, options).table, 1e-12);
}

}  // namespace
}  // namespace nubox::stats
