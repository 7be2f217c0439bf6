#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/stats/seams.hpp"

#include "stats/fields.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

constexpr std::size_t n = 40, tile = 20;
constexpr double box_mpch = 80;

/// Sets component c at every site of this rank from its global indices.
template <class Value>
void fill(field::LatticeField& field, std::size_t c, Value&& value) {
  const par::Slab& slab = field.layout().local();
  for (std::size_t x = 0; x < slab.count; ++x) {
    for (std::size_t y = 0; y < n; ++y) {
      for (std::size_t z = 0; z < n; ++z) {
        field.component(c)[field.site(x, y, z)] = static_cast<float>(value(slab.start + x, y, z));
      }
    }
  }
}

double noise(std::size_t x, std::size_t y, std::size_t z) {
  return testing::gaussian((x * n + y) * n + z);
}

bool at_face(std::size_t x, std::size_t y, std::size_t z) {
  return std::ranges::any_of(std::array{x, y, z},
                             [](std::size_t i) { return i % tile == 0 || i % tile == tile - 1; });
}

class Seams : public ::testing::Test {
 protected:
  par::Comm world_ = par::Comm::world();
  par::SlabLayout layout_{world_, n};
};

TEST_F(Seams, white_noise_has_none) {
  field::LatticeField error(layout_, 1, box_mpch);
  fill(error, 0, noise);
  const SeamMeasure seams = measure_seams(error, tile);
  // 500 inner sites: their rms scatters by 1/sqrt(1000); the 700 modes of the tiles' lattice below
  // four tile wavenumbers give their mean power to 1/sqrt(250 independent ones).
  EXPECT_NEAR(seams.face_ratio, 1, 0.15);
  EXPECT_NEAR(seams.power_ratio, 1, 0.3);
  ASSERT_EQ(seams.rms.size(), tile / 2);
  EXPECT_NEAR(seams.rms.front(), 1, 0.02);
}

TEST_F(Seams, larger_errors_at_faces_are_found_with_their_factor) {
  field::LatticeField error(layout_, 1, box_mpch);
  fill(error, 0, [](std::size_t x, std::size_t y, std::size_t z) {
    return (at_face(x, y, z) ? 3 : 1) * noise(x, y, z);
  });
  EXPECT_NEAR(measure_seams(error, tile).face_ratio, 3, 0.3);
}

TEST_F(Seams, a_pattern_of_the_tiles_increases_the_power_at_their_wavelength) {
  field::LatticeField error(layout_, 1, box_mpch);
  fill(error, 0, [](std::size_t x, std::size_t y, std::size_t z) {
    return noise(x, y, z) + 0.2 * std::cos(2 * units::pi * static_cast<double>(x) / tile);
  });
  // The wave adds 0.02 of variance to two modes where noise has 1/n^3 in each of about 1000.
  EXPECT_GT(measure_seams(error, tile).power_ratio, 2);
}

TEST_F(Seams, divergence_of_a_plane_wave_is_that_of_central_differences) {
  const double k = 2 * units::pi / box_mpch, spacing = box_mpch / n;
  field::LatticeField made(layout_, 3, box_mpch);
  const field::LatticeField input(layout_, 3, box_mpch);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::ranges::fill(made.values(), 0.0f);
    const auto along = [&](std::size_t x, std::size_t y, std::size_t z) {
      return k * spacing * static_cast<double>(std::array{x, y, z}[axis]);
    };
    fill(made, axis, [&](auto... site) { return std::sin(along(site...)); });
    const field::LatticeField divergence = added_divergence(made, input);
    field::LatticeField expected(layout_, 1, box_mpch);
    fill(expected, 0,
         [&](auto... site) { return std::cos(along(site...)) * std::sin(k * spacing) / spacing; });
    for (std::size_t i = 0; i < expected.values().size(); ++i) {
      ASSERT_NEAR(divergence.values()[i], expected.values()[i], 1e-6);
    }
  }
}

TEST_F(Seams, tiles_without_inner_sites_or_that_do_not_divide_are_refused) {
  const field::LatticeField error(layout_, 1, box_mpch);
  for (const std::size_t bad : {std::size_t{0}, std::size_t{16}, std::size_t{10}, n}) {
    try {
      (void)measure_seams(error, bad);
      ADD_FAILURE() << bad;
    } catch (const Error& refusal) {
      EXPECT_EQ(refusal.code(), ExitCode::input);
      EXPECT_TRUE(refusal.agreed());
    }
  }
}

}  // namespace
}  // namespace nubox::stats
