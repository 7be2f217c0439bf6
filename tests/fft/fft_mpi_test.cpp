#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/fft/mesh_field.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/fft/plan.hpp"

#include "fft/transposition.hpp"
#include "support/compare.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::fft {
namespace {

constexpr double box_mpch = 100.0;

/// Calls visit(value, ix, iy, iz) with global indices.
template <class Visit>
void for_each_point(MeshField& mesh, Visit&& visit) {
  for (std::size_t x = 0; x < mesh.layout().local().count; ++x) {
    for (std::size_t y = 0; y < mesh.n(); ++y) {
      for (std::size_t z = 0; z < mesh.n(); ++z) {
        visit(mesh.value(x, y, z), x + mesh.layout().local().start, y, z);
      }
    }
  }
}

/// Pseudo-random values, the same for every number of ranks.
float noise(std::size_t x, std::size_t y, std::size_t z) {
  const std::uint64_t key = (x * 1000003 + y) * 1000033 + z;
  const std::uint64_t mixed = (key ^ (key >> 7)) * 0x9E3779B97F4A7C15ULL;
  return static_cast<float>(mixed >> 40) * 0x1p-24F - 0.5F;
}

class FftSizes : public testing::TestWithParam<std::size_t> {
 protected:
  par::Comm comm_ = par::Comm::world();
  std::size_t n_ = GetParam();
  std::shared_ptr<const Plan> plan_ = Plan::create(comm_, n_);
};

// n = 4 and 8 leave ranks without planes at 5 ranks; 7 and 9 are odd, hence without Nyquist planes.
INSTANTIATE_TEST_SUITE_P(Sizes, FftSizes, testing::Values(4, 7, 8, 9, 12, 16, 30, 33));

TEST_P(FftSizes, slabs_of_both_spaces_coincide_with_the_slab_layout_and_fill_the_mesh) {
  EXPECT_EQ(plan_->ky_slab(), plan_->layout().local());
  EXPECT_EQ(comm_.all_reduce(static_cast<std::uint64_t>(plan_->ky_slab().count)), n_);
}

TEST_P(FftSizes, buffer_is_the_padded_slab) {
  EXPECT_EQ(plan_->buffer_floats(), plan_->layout().local().count * n_ * 2 * (n_ / 2 + 1));
}

TEST_P(FftSizes, transposition_moves_every_row_to_its_place_with_messages_of_any_length) {
  constexpr std::size_t row_floats = 3;
  const par::SlabLayout& layout = plan_->layout();
  const par::Slab own = layout.local();
  const auto value = [](std::size_t x, std::size_t y, std::size_t i) {
    return static_cast<float>((1000 * x + y) * row_floats + i);
  };
  for (const std::size_t rows_per_message : {1, 5, 1000}) {
    std::vector<float> slab;
    for (std::size_t x = own.start; x < own.end(); ++x) {
      for (std::size_t y = 0; y < n_; ++y) {
        for (std::size_t i = 0; i < row_floats; ++i) slab.push_back(value(x, y, i));
      }
    }
    const std::vector<float> before = slab;
    Messages messages(layout, row_floats, rows_per_message * row_floats * sizeof(float));
    const auto run = [&] { transpose(layout, row_floats, slab.data(), messages); };
    run();
    for (std::size_t at = 0; at < slab.size(); ++at) {
      const std::size_t y = own.start + at / row_floats / n_, x = at / row_floats % n_;
      ASSERT_EQ(slab[at], value(x, y, at % row_floats)) << x << " " << y;
    }
    run();
    EXPECT_EQ(slab, before);
  }
}

TEST_P(FftSizes, transform_and_inverse_restore_the_field) {
  MeshField mesh(plan_, box_mpch);
  for_each_point(mesh, [](float& value, auto x, auto y, auto z) { value = noise(x, y, z); });
  mesh.to_modes();
  EXPECT_FALSE(mesh.is_real());
  mesh.to_real();
  // Float rounding through two transforms of amplitude ~ 0.5: a few 1e-7.
  for_each_point(mesh, [](float value, auto x, auto y, auto z) {
    ASSERT_NEAR(value, noise(x, y, z), 2e-6) << x << " " << y << " " << z;
  });
}

TEST_P(FftSizes, bits_of_both_transforms_do_not_depend_on_the_number_of_ranks) {
  MeshField together(plan_, box_mpch);
  const auto self = par::Comm::self();
  MeshField alone(Plan::create(self, n_), box_mpch);
  const auto fill = [](float& value, auto x, auto y, auto z) { value = noise(x, y, z); };
  for_each_point(together, fill);
  for_each_point(alone, fill);
  const std::size_t plane_floats = n_ * together.row_floats();
  const par::Slab slab = plan_->layout().local();
  const auto expect_the_same_bits = [&] {
    const std::size_t first = slab.start * plane_floats, count = slab.count * plane_floats;
    EXPECT_TRUE(
        test::same_bits(std::span(together.data(), count), std::span(alone.data() + first, count)));
  };
  together.to_modes();
  alone.to_modes();
  expect_the_same_bits();
  together.to_real();
  alone.to_real();
  expect_the_same_bits();
}

TEST_P(FftSizes, parseval_holds_with_the_weights_of_the_modes) {
  MeshField mesh(plan_, box_mpch);
  double power_real = 0;
  for_each_point(mesh, [&](float& value, auto x, auto y, auto z) {
    value = noise(x, y, z);
    power_real += static_cast<double>(value) * value;
  });
  mesh.to_modes();
  double power_modes = 0;
  for_each_mode(*plan_, [&](const Mode& mode, std::size_t index) {
    power_modes += mode.weight * std::norm(std::complex<double>(mesh.modes()[index]));
  });
  const double cells = std::pow(static_cast<double>(n_), 3);
  power_real = comm_.all_reduce(power_real) / cells;
  power_modes = comm_.all_reduce(power_modes);
  EXPECT_NEAR(power_modes, power_real, 1e-6 * power_real);
}

TEST_P(FftSizes, weights_of_all_modes_count_the_mesh_points) {
  std::uint64_t modes = 0;
  for_each_mode(*plan_, [&](const Mode& mode, std::size_t) {
    modes += static_cast<std::uint64_t>(mode.weight);
  });
  EXPECT_EQ(comm_.all_reduce(modes), n_ * n_ * n_);
}

TEST_P(FftSizes, nyquist_flags_mark_exactly_the_planes_of_half_the_mesh) {
  std::uint64_t flags[3] = {};
  for_each_mode(*plan_, [&](const Mode& mode, std::size_t) {
    const auto weight = static_cast<std::uint64_t>(mode.weight);
    flags[0] += mode.nyquist_x ? weight : 0;
    flags[1] += mode.nyquist_y ? weight : 0;
    flags[2] += mode.nyquist_z ? weight : 0;
    EXPECT_EQ(mode.nyquist_x, 2 * mode.nx == static_cast<int>(n_));
    EXPECT_EQ(mode.nyquist_y, 2 * mode.ny == static_cast<int>(n_));
  });
  comm_.all_reduce(std::span<std::uint64_t>(flags));
  for (const auto count : flags) EXPECT_EQ(count, n_ % 2 == 0 ? n_ * n_ : 0);
}

/// delta = 2 Re[c exp(i k x)] has modes c at +n and conj(c) at -n.
void expect_plane_wave(const std::shared_ptr<const Plan>& plan, int nx, int ny, int nz) {
  const std::complex<double> amplitude(0.3, -0.2);
  MeshField mesh(plan, box_mpch);
  const double step = 2.0 * units::pi / static_cast<double>(mesh.n());
  for_each_point(mesh, [&](float& value, auto x, auto y, auto z) {
    const double phase = step * (nx * static_cast<double>(x) + ny * static_cast<double>(y) +
                                 nz * static_cast<double>(z));
    value = static_cast<float>(2.0 * std::real(amplitude * std::polar(1.0, phase)));
  });
  mesh.to_modes();
  for_each_mode(*plan, [&](const Mode& mode, std::size_t index) {
    std::complex<double> expected = 0.0;
    if (mode.nx == nx && mode.ny == ny && mode.nz == nz) expected += amplitude;
    if (mode.nx == -nx && mode.ny == -ny && mode.nz == -nz) expected += std::conj(amplitude);
    const std::complex<double> got(mesh.modes()[index]);
    ASSERT_NEAR(std::abs(got - expected), 0.0, 1e-6)
        << mode.nx << " " << mode.ny << " " << mode.nz << " is " << got;
  });
}

TEST_P(FftSizes, plane_wave_is_one_mode_with_the_sign_of_exp_plus_ikx) {
  expect_plane_wave(plan_, 1, 0, 0);
  expect_plane_wave(plan_, 0, 1, 0);
  expect_plane_wave(plan_, 0, 0, 1);
  expect_plane_wave(plan_, -1, 1, 0);
  expect_plane_wave(plan_, 1, -1, 1);
}

TEST_P(FftSizes, derivative_by_ik_is_the_analytic_one) {
  MeshField mesh(plan_, box_mpch);
  const double k = mesh.k_fundamental_hmpc(), cell = box_mpch / static_cast<double>(n_);
  for_each_point(mesh, [&](float& value, auto x, auto, auto) {
    value = static_cast<float>(std::sin(k * cell * static_cast<double>(x)));
  });
  mesh.to_modes();
  for_each_mode(*plan_, [&](const Mode& mode, std::size_t index) {
    const double k_x = mode.nyquist_x ? 0.0 : k * mode.nx;
    mesh.modes()[index] *= std::complex<float>(0.0F, static_cast<float>(k_x));
  });
  mesh.to_real();
  for_each_point(mesh, [&](float value, auto x, auto, auto) {
    ASSERT_NEAR(value, k * std::cos(k * cell * static_cast<double>(x)), 1e-6);
  });
}

TEST(RadialBin, is_exact_next_to_integer_radii) {
  for (std::int64_t radius = 1; radius < 60000; radius += 7) {
    EXPECT_EQ(fft::radial_bin(radius * radius - 1), static_cast<std::size_t>(radius - 1));
    EXPECT_EQ(fft::radial_bin(radius * radius), static_cast<std::size_t>(radius));
  }
}

TEST(MeshField, refuses_a_transform_from_the_wrong_space) {
  const auto comm = par::Comm::world();
  MeshField mesh(Plan::create(comm, 8), box_mpch);
  EXPECT_THROW(mesh.to_real(), InternalError);
  mesh.to_modes();
  EXPECT_THROW(mesh.to_modes(), InternalError);
}

TEST(MeshField, keeps_its_values_when_moved) {
  const auto comm = par::Comm::world();
  MeshField source(Plan::create(comm, 8), box_mpch);
  source.fill(3.0F);
  MeshField target(std::move(source));
  MeshField assigned(Plan::create(comm, 4), 1.0);
  assigned = std::move(target);
  EXPECT_EQ(assigned.n(), 8U);
  EXPECT_EQ(assigned.box_size_mpch(), box_mpch);
  for_each_point(assigned, [](float value, auto...) { ASSERT_EQ(value, 3.0F); });
}

TEST(MeshField, buffers_have_the_alignment_of_the_plan) {
  const auto comm = par::Comm::world();
  const auto plan = Plan::create(comm, 8);
  for (int i = 0; i < 5; ++i) {
    const MeshField mesh(plan, box_mpch);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(mesh.data()) % 64, 0U);
  }
}

}  // namespace
}  // namespace nubox::fft
