#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/field/halo.hpp"
#include "nubox/field/lattice_fourier.hpp"

#include "field/particles.hpp"
#include "support/compare.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace nubox::field {
namespace {

constexpr double box_mpch = 100.0;

class Halos : public ::testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {};
// n = 8 at 5 ranks: slabs of two planes and one empty rank; halos from one plane to several boxes.
INSTANTIATE_TEST_SUITE_P(Widths, Halos,
                         ::testing::Combine(::testing::Values(4, 7, 8),
                                            ::testing::Values(0, 1, 2, 3, 5, 8, 11, 19)));

TEST_P(Halos, halo_planes_are_the_periodic_neighbours) {
  const auto [n, halo] = GetParam();
  const auto comm = par::Comm::world();
  const par::SlabLayout layout(comm, n);
  const LatticeField field = testing::random_displacement(layout, box_mpch, 1.0);
  const HaloedSlab slab = exchange_halo(field, halo);
  EXPECT_EQ(slab.interior, layout.local());
  ASSERT_EQ(slab.values.size(), 3 * slab.planes() * n * n);
  if (layout.local().count == 0) {
    EXPECT_EQ(slab.planes(), 0U);
    return;
  }
  ASSERT_EQ(slab.planes(), layout.local().count + 2 * halo);
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t k = 0; k < slab.planes(); ++k) {
      const std::size_t x = (layout.local().start + k + 10 * n - halo) % n;
      for (std::size_t i = 0; i < n * n; ++i) {
        ASSERT_EQ(slab.values[(c * slab.planes() + k) * n * n + i],
                  testing::displacement_of(x * n * n + i, c, 1.0))
            << "component " << c << " plane " << k << " site " << i;
      }
    }
  }
}

class LatticeFourier : public ::testing::Test {
 protected:
  static constexpr std::size_t n_ = 12;
  par::Comm comm_ = par::Comm::world();
  par::SlabLayout layout_{comm_, n_};
  std::shared_ptr<const fft::Plan> plan_ = fft::Plan::create(comm_, n_);
};

TEST_F(LatticeFourier, copies_to_and_from_the_mesh_are_inverse) {
  const LatticeField source = testing::random_displacement(layout_, box_mpch, 1.0);
  LatticeField target(layout_, 3, box_mpch);
  fft::MeshField mesh(plan_, box_mpch);
  for (std::size_t c = 0; c < 3; ++c) {
    copy_to_mesh(source, c, mesh);
    copy_from_mesh(mesh, target, c);
    add_from_mesh(mesh, target, c);
  }
  for (std::size_t i = 0; i < source.values().size(); ++i) {
    ASSERT_EQ(target.values()[i], 2.0F * source.values()[i]);
  }
}

TEST_F(LatticeFourier, copy_needs_a_real_mesh_of_the_same_size) {
  LatticeField field(layout_, 1, box_mpch);
  fft::MeshField other(fft::Plan::create(comm_, 8), box_mpch);
  EXPECT_THROW(copy_to_mesh(field, 0, other), InternalError);
  fft::MeshField modes(plan_, box_mpch);
  modes.reset_as_modes();
  EXPECT_THROW(copy_from_mesh(modes, field, 0), InternalError);
}

TEST_F(LatticeFourier, filter_scales_a_plane_wave_by_its_value_at_that_k) {
  LatticeField field(layout_, 2, box_mpch);
  const double step = 2.0 * units::pi / n_, k_fundamental = 2.0 * units::pi / box_mpch;
  const auto wave = [&](std::size_t x, std::size_t y, std::size_t z, int nz) {
    return std::cos(step * (2.0 * static_cast<double>(x) - 1.0 * static_cast<double>(y) +
                            nz * static_cast<double>(z)));
  };
  const auto for_each_site = [&](auto&& visit) {
    for (std::size_t x = 0; x < layout_.local().count; ++x) {
      for (std::size_t y = 0; y < n_; ++y) {
        for (std::size_t z = 0; z < n_; ++z)
          visit(x + layout_.local().start, y, z, field.site(x, y, z));
      }
    }
  };
  for_each_site([&](auto x, auto y, auto z, std::size_t site) {
    field.component(0)[site] = static_cast<float>(5.0 + wave(x, y, z, 2));
    field.component(1)[site] = static_cast<float>(wave(x, y, z, 0));
  });
  // k = 3 k_f for component 0, sqrt(5) k_f for component 1; the mean stays.
  apply_filter(field, plan_, [](double k_hmpc) { return 1.0 - 2.0 * k_hmpc; });
  const double factor_0 = 1.0 - 2.0 * 3.0 * k_fundamental;
  const double factor_1 = 1.0 - 2.0 * std::sqrt(5.0) * k_fundamental;
  for_each_site([&](auto x, auto y, auto z, std::size_t site) {
    ASSERT_NEAR(field.component(0)[site], 5.0 + factor_0 * wave(x, y, z, 2), 3e-6);
    ASSERT_NEAR(field.component(1)[site], factor_1 * wave(x, y, z, 0), 1e-6);
  });
}

TEST_F(LatticeFourier, filter_of_one_changes_no_bit) {
  LatticeField field = testing::random_displacement(layout_, box_mpch, 10.0);
  const std::vector<float> before(field.values().begin(), field.values().end());
  apply_filter(field, plan_, [](double) { return 1.0; });
  EXPECT_TRUE(test::same_bits(before, field.values()));
}

}  // namespace
}  // namespace nubox::field
