#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/field/particle_route.hpp"

#include "field/particles.hpp"
#include "support/compare.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tuple>

#include <gtest/gtest.h>

namespace nubox::field {
namespace {

using testing::for_each_cell;

constexpr double box_mpch = 100.0;

using Case = std::tuple<Assignment, std::size_t, std::size_t, double>;

/// Assignment, mesh, lattice and largest displacement: about a cell, and more than all slabs
/// together.
class Routes : public ::testing::TestWithParam<Case> {
 protected:
  Assignment assignment_ = std::get<0>(GetParam());
  std::size_t n_mesh_ = std::get<1>(GetParam());
  std::size_t n_lattice_ = std::get<2>(GetParam());
  double reach_mpch_ = std::get<3>(GetParam());
  par::Comm comm_ = par::Comm::world();
  par::SlabLayout lattice_{comm_, n_lattice_};
  std::shared_ptr<const fft::Plan> plan_ = fft::Plan::create(comm_, n_mesh_);
  LatticeField psi_ = testing::random_displacement(lattice_, box_mpch, reach_mpch_);
  double particles_ = static_cast<double>(n_lattice_ * n_lattice_ * n_lattice_);
};

// At 5 ranks meshes of 4 and 6 planes leave ranks empty and slabs thinner than the kernels' reach.
INSTANTIATE_TEST_SUITE_P(Meshes, Routes,
                         ::testing::Combine(::testing::Values(Assignment::ngp, Assignment::cic,
                                                              Assignment::tsc, Assignment::pcs),
                                            ::testing::Values(4, 6, 13), ::testing::Values(6),
                                            ::testing::Values(3.0, 250.0)));

TEST_P(Routes, painting_equals_the_naive_sum_over_particles) {
  const auto expected =
      testing::naive_paint(assignment_, n_mesh_, n_lattice_, box_mpch, reach_mpch_);
  fft::MeshField mesh(plan_, box_mpch);
  ParticleRoute(plan_->layout(), psi_, assignment_).paint(mesh);
  // Up to ~10 particles per cell: float sums of weights to a few 1e-6.
  for_each_cell(mesh, [&](float value, std::size_t cell) {
    ASSERT_NEAR(value, expected[cell], 1e-5) << "cell " << cell;
  });
}

TEST_P(Routes, shifted_painting_equals_the_naive_sum_of_shifted_particles) {
  const auto expected =
      testing::naive_paint(assignment_, n_mesh_, n_lattice_, box_mpch, reach_mpch_, 0.5);
  fft::MeshField mesh(plan_, box_mpch);
  ParticleRoute(plan_->layout(), psi_, assignment_, 0.5).paint(mesh);
  for_each_cell(mesh, [&](float value, std::size_t cell) {
    ASSERT_NEAR(value, expected[cell], 1e-5) << "cell " << cell;
  });
}

TEST_P(Routes, painting_adds_the_number_of_particles) {
  fft::MeshField mesh(plan_, box_mpch);
  const ParticleRoute route(plan_->layout(), psi_, assignment_);
  route.paint(mesh);
  route.paint(mesh);
  double total = 0;
  for_each_cell(mesh, [&](float value, std::size_t) { total += value; });
  EXPECT_NEAR(comm_.all_reduce(total), 2 * particles_, 1e-5 * particles_);
}

TEST_P(Routes, exact_painting_equals_the_naive_sum_to_its_rounding) {
  const auto expected =
      testing::naive_paint(assignment_, n_mesh_, n_lattice_, box_mpch, reach_mpch_);
  fft::MeshField mesh(plan_, box_mpch);
  ParticleRoute(plan_->layout(), psi_, assignment_).paint_exact(mesh);
  // Each weight of at most 216 particles is rounded to steps of 2^-16 or finer (mean count 0.1 to
  // 3.4), beside the float rounding of the weights themselves.
  const double tolerance = 216 * 0.5 * 0x1p-16 + 1e-5;
  for_each_cell(mesh, [&](float value, std::size_t cell) {
    ASSERT_NEAR(value, expected[cell], tolerance) << "cell " << cell;
  });
}

TEST_P(Routes, exact_painting_in_finer_steps_is_closer_to_the_naive_sum) {
  const auto expected =
      testing::naive_paint(assignment_, n_mesh_, n_lattice_, box_mpch, reach_mpch_);
  const auto rms_error = [&](int bits_of_mean) {
    fft::MeshField mesh(plan_, box_mpch);
    ParticleRoute(plan_->layout(), psi_, assignment_).paint_exact(mesh, bits_of_mean);
    double sum = 0;
    for_each_cell(mesh, [&](float value, std::size_t cell) {
      sum += std::pow(double{value} - expected[cell], 2);
    });
    return std::sqrt(comm_.all_reduce(sum) / static_cast<double>(expected.size()));
  };
  // Sixteen times finer steps; the float rounding of weights and counts contributes 5e-7.
  EXPECT_LT(rms_error(20), rms_error(16) / 12 + 5e-7);
}

TEST_P(Routes, exact_painting_gives_the_same_bits_on_every_number_of_ranks) {
  const auto self = par::Comm::self();
  const par::SlabLayout whole_lattice(self, n_lattice_);
  const auto whole_plan = fft::Plan::create(self, n_mesh_);
  const auto whole_psi = testing::random_displacement(whole_lattice, box_mpch, reach_mpch_);
  fft::MeshField together(plan_, box_mpch), alone(whole_plan, box_mpch);
  ParticleRoute(plan_->layout(), psi_, assignment_).paint_exact(together);
  ParticleRoute(whole_plan->layout(), whole_psi, assignment_).paint_exact(alone);
  const std::size_t n = n_mesh_;
  for_each_cell(together, [&](float value, std::size_t cell) {
    const float whole = alone.value(cell / (n * n), cell / n % n, cell % n);
    ASSERT_EQ(std::bit_cast<std::uint32_t>(value), std::bit_cast<std::uint32_t>(whole))
        << "cell " << cell;
  });
}

TEST(ParticleRoute, exact_painting_is_correct_for_all_particles_in_one_cell) {
  const auto comm = par::Comm::world();
  const auto plan = fft::Plan::create(comm, 30);
  fft::MeshField mesh(plan, 30.0);
  // 20000 particles on one node of 27000: 27000 times the mean, beyond the range of the first step
  // size.
  std::vector<float> positions;
  if (comm.is_root()) positions.assign(3 * 20000, 29.0F);
  ParticleRoute(plan->layout(), 30.0, positions, Assignment::cic).paint_exact(mesh);
  for_each_cell(mesh, [](float value, std::size_t cell) {
    ASSERT_EQ(value, cell == 29 * 900 + 29 * 30 + 29 ? 20000.0F : 0.0F) << cell;
  });
}

TEST_P(Routes, interpolation_is_the_adjoint_of_painting) {
  fft::MeshField weights(plan_, box_mpch), counts(plan_, box_mpch);
  for_each_cell(weights, [](float& value, std::size_t cell) {
    value = static_cast<float>(testing::hashed(cell, 7));
  });
  const ParticleRoute route(plan_->layout(), psi_, assignment_);
  std::vector<float> values(psi_.local_sites());
  route.interpolate(weights, values);
  route.paint(counts);
  double by_particles = 0, by_cells = 0;
  for (const float value : values) by_particles += value;
  for_each_cell(counts, [&](float value, std::size_t cell) {
    by_cells += value * static_cast<double>(static_cast<float>(testing::hashed(cell, 7)));
  });
  EXPECT_NEAR(comm_.all_reduce(by_particles), comm_.all_reduce(by_cells), 1e-6 * particles_);
}

TEST_P(Routes, every_particle_gets_the_value_at_its_position) {
  fft::MeshField mesh(plan_, box_mpch);
  for_each_cell(mesh, [](float& value, std::size_t cell) {
    value = static_cast<float>(testing::hashed(cell, 3));
  });
  std::vector<float> values(psi_.local_sites());
  ParticleRoute(plan_->layout(), psi_, assignment_).interpolate(mesh, values);
  const std::size_t n = n_lattice_, m = n_mesh_;
  const double cells_per_mpch = static_cast<double>(m) / box_mpch;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t site = lattice_.local().start * n * n + i;
    const std::size_t q[3] = {site / (n * n), site / n % n, site % n};
    std::vector<double> w[3];
    for (std::size_t c = 0; c < 3; ++c) {
      const double x = static_cast<double>(q[c]) * psi_.spacing_mpch() + psi_.component(c)[i];
      w[c] = testing::naive_axis(assignment_, x * cells_per_mpch, m);
    }
    double expected = 0;
    for (std::size_t cell = 0; cell < m * m * m; ++cell) {
      expected += w[0][cell / (m * m)] * w[1][cell / m % m] * w[2][cell % m] *
                  static_cast<float>(testing::hashed(cell, 3));
    }
    ASSERT_NEAR(values[i], expected, 2e-6) << "site " << site;
  }
}

TEST_P(Routes, differences_are_those_of_the_interpolated_mesh) {
  fft::MeshField mesh(plan_, box_mpch);
  const auto value_of = [](std::size_t cell) {
    return static_cast<float>(testing::hashed(cell, 5));
  };
  for_each_cell(mesh, [&](float& value, std::size_t cell) { value = value_of(cell); });
  const ParticleRoute route(plan_->layout(), psi_, assignment_);
  std::array<std::vector<float>, 3> found;
  route.differences_in_pieces(
      mesh, [&](std::size_t first, std::span<const ParticleRoute::Differences> differences) {
        ASSERT_EQ(first, found[0].size());
        for (const auto& difference : differences) {
          for (std::size_t axis = 0; axis < 3; ++axis) found[axis].push_back(difference[axis]);
        }
      });
  // The same from a mesh of the differences along an axis.
  const std::size_t n = n_mesh_;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    fft::MeshField gradient(plan_, box_mpch);
    for_each_cell(gradient, [&](float& value, std::size_t cell) {
      const std::size_t stride = axis == 0 ? n * n : axis == 1 ? n : 1;
      const std::size_t i = cell / stride % n;
      const auto at = [&](std::size_t step) {
        return static_cast<double>(value_of(cell - i * stride + (i + step) % n * stride));
      };
      value = static_cast<float>((8 * (at(1) - at(n - 1)) - (at(2) - at(2 * n - 2))) / 12);
    });
    std::vector<float> expected(psi_.local_sites());
    route.interpolate(gradient, expected);
    // Rounding of sums of some ten numbers up to one.
    EXPECT_LE(test::largest_difference(found[axis], expected), 2e-6) << axis;
  }
}

TEST_P(Routes, differences_have_the_same_bits_on_every_number_of_ranks) {
  const auto differences = [&](const par::Comm& comm) {
    const auto plan = fft::Plan::create(comm, n_mesh_);
    fft::MeshField mesh(plan, box_mpch);
    for_each_cell(mesh, [](float& value, std::size_t cell) {
      value = static_cast<float>(testing::hashed(cell, 5));
    });
    const auto psi =
        testing::random_displacement(par::SlabLayout(comm, n_lattice_), box_mpch, reach_mpch_);
    std::vector<ParticleRoute::Differences> all;
    ParticleRoute(plan->layout(), psi, assignment_)
        .differences_in_pieces(mesh,
                               [&](std::size_t, std::span<const ParticleRoute::Differences> piece) {
                                 all.insert(all.end(), piece.begin(), piece.end());
                               });
    return all;
  };
  const auto here = differences(comm_), whole = differences(par::Comm::self());
  const std::size_t first = lattice_.local().start * n_lattice_ * n_lattice_;
  EXPECT_TRUE(test::same_bits(here, std::span(whole).subspan(first, here.size())));
}

TEST(ParticleRoute, positions_wrap_and_the_box_edge_is_the_origin) {
  const auto comm = par::Comm::world();
  const auto plan = fft::Plan::create(comm, 8);
  fft::MeshField mesh(plan, box_mpch);
  // Each rank has four particles, all at node (0, 1, 7).
  const float cell = 12.5F, box = 100.0F;
  const std::vector<float> positions = {0,        cell,       7 * cell, box, cell + box, 7 * cell,
                                        -3 * box, cell - box, -cell,    box, cell,       -cell};
  const ParticleRoute route(plan->layout(), box_mpch, positions, Assignment::cic);
  route.paint(mesh);
  for_each_cell(mesh, [&](float value, std::size_t index) {
    ASSERT_EQ(value, index == 15 ? 4.0F * static_cast<float>(comm.size()) : 0.0F) << index;
  });
  std::vector<float> values(4);
  route.interpolate(mesh, values);
  for (const float value : values) EXPECT_EQ(value, 4.0F * static_cast<float>(comm.size()));
}

TEST(ParticleRoute, ranks_may_have_no_particles) {
  const auto comm = par::Comm::world();
  const auto plan = fft::Plan::create(comm, 8);
  fft::MeshField mesh(plan, box_mpch);
  std::vector<float> positions;
  if (comm.rank() == comm.size() - 1) positions = {10.0F, 50.0F, 99.0F};
  ParticleRoute(plan->layout(), box_mpch, positions, Assignment::pcs).paint(mesh);
  double total = 0;
  for_each_cell(mesh, [&](float value, std::size_t) { total += value; });
  EXPECT_NEAR(comm.all_reduce(total), 1.0, 1e-6);
}

TEST(ParticleRoute, undisplaced_lattice_paints_a_flat_mesh) {
  const auto comm = par::Comm::world();
  const auto plan = fft::Plan::create(comm, 12);
  const LatticeField psi(par::SlabLayout(comm, 12), 3, 1000.0);
  for (const auto assignment :
       {Assignment::ngp, Assignment::cic, Assignment::tsc, Assignment::pcs}) {
    fft::MeshField mesh(plan, 1000.0);
    ParticleRoute(plan->layout(), psi, assignment).paint(mesh);
    to_contrast(mesh, 12.0 * 12.0 * 12.0);
    for_each_cell(mesh, [](float value, std::size_t) { ASSERT_NEAR(value, 0.0F, 1e-6); });
  }
}

TEST(ParticleRoute, cic_reads_a_linear_function_exactly_away_from_the_wrap) {
  const auto comm = par::Comm::world();
  const auto plan = fft::Plan::create(comm, 16);
  fft::MeshField mesh(plan, 16.0);
  for_each_cell(mesh, [](float& value, std::size_t cell) {
    const auto x = static_cast<float>(cell / 256), y = static_cast<float>(cell / 16 % 16);
    value = 2.0F * x - 3.0F * y + static_cast<float>(cell % 16);
  });
  std::vector<float> positions;
  for (std::uint64_t p = 0; p < 50; ++p) {
    for (std::uint64_t c = 0; c < 3; ++c) {
      positions.push_back(static_cast<float>(7.5 + 7.0 * testing::hashed(p, c)));
    }
  }
  std::vector<float> values(50);
  ParticleRoute(plan->layout(), 16.0, positions, Assignment::cic).interpolate(mesh, values);
  for (std::size_t p = 0; p < 50; ++p) {
    const float* x = positions.data() + 3 * p;
    EXPECT_NEAR(values[p], 2 * x[0] - 3 * x[1] + x[2], 2e-5);
  }
}

TEST(ParticleRoute, a_painted_particle_has_the_assignment_window) {
  const auto comm = par::Comm::world();
  constexpr std::size_t n = 8;
  const auto plan = fft::Plan::create(comm, n);
  for (const auto assignment : {Assignment::cic, Assignment::tsc, Assignment::pcs}) {
    // Averaged over sub-cell places, aliases cancel and the continuous window remains, but for
    // those beyond 64 meshes: at most (1 / 64)^2 / 4 of it for CIC.
    constexpr int steps = 64;
    fft::MeshField sum(plan, box_mpch);
    sum.reset_as_modes();
    for (int s = 0; s < steps; ++s) {
      const double cells = s / static_cast<double>(steps);
      fft::MeshField mesh(plan, box_mpch);
      const auto x = static_cast<float>(cells * box_mpch / n);
      const std::vector<float> one = {x, 0.0F, 0.0F};
      ParticleRoute(plan->layout(), box_mpch,
                    comm.is_root() ? std::span<const float>(one) : std::span<const float>(),
                    assignment)
          .paint(mesh);
      mesh.to_modes();
      fft::for_each_mode(*plan, [&](const fft::Mode& mode, std::size_t index) {
        if (mode.ny != 0 || mode.nz != 0) return;
        const auto back =
            std::polar(1.0F / steps, static_cast<float>(2.0 * units::pi * mode.nx * cells / n));
        sum.modes()[index] += mesh.modes()[index] * back;
      });
    }
    fft::for_each_mode(*plan, [&](const fft::Mode& mode, std::size_t index) {
      if (mode.ny != 0 || mode.nz != 0 || mode.nyquist_x) return;
      EXPECT_NEAR(sum.modes()[index].real() * n * n * n, assignment_window(assignment, mode.nx, n),
                  1e-4);
      EXPECT_NEAR(sum.modes()[index].imag(), 0.0, 1e-7);
    });
  }
}

TEST(ParticleRoute, non_finite_displacement_on_one_rank_fails_on_all_with_its_site) {
  const auto comm = par::Comm::world();
  const par::SlabLayout layout(comm, 8);
  LatticeField psi(layout, 3, box_mpch);
  if (layout.local().contains(7)) {
    psi.component(1)[psi.site(7 - layout.local().start, 2, 5)] =
        std::numeric_limits<float>::quiet_NaN();
  }
  try {
    const ParticleRoute route(layout, psi, Assignment::cic);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::numerical);
    EXPECT_TRUE(error.agreed());
    EXPECT_NE(std::string(error.what()).find("component 1 is nan"), std::string::npos)
        << error.what();
    EXPECT_NE(std::string(error.what()).find("(7, 2, 5)"), std::string::npos) << error.what();
  }
}

TEST(ParticleRoute, non_finite_position_on_one_rank_fails_on_all) {
  const auto comm = par::Comm::world();
  const par::SlabLayout layout(comm, 8);
  std::vector<float> positions(6, 1.0F);
  if (comm.is_root()) positions[4] = std::numeric_limits<float>::infinity();
  try {
    const ParticleRoute route(layout, box_mpch, positions, Assignment::cic);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::numerical);
    EXPECT_NE(std::string(error.what()).find("particle 1"), std::string::npos) << error.what();
  }
}

TEST(ParticleRoute, refuses_meshes_of_another_size_or_state_and_wrong_lengths) {
  const auto comm = par::Comm::world();
  const par::SlabLayout layout(comm, 8);
  const LatticeField psi(layout, 3, box_mpch);
  const ParticleRoute route(layout, psi, Assignment::cic);
  fft::MeshField other(fft::Plan::create(comm, 4), box_mpch);
  fft::MeshField modes(fft::Plan::create(comm, 8), box_mpch);
  std::vector<float> short_values(psi.local_sites() + 1);
  EXPECT_THROW(route.interpolate(modes, short_values), InternalError);
  modes.reset_as_modes();
  EXPECT_THROW(route.paint(other), InternalError);
  EXPECT_THROW(route.paint(modes), InternalError);
}

}  // namespace
}  // namespace nubox::field
