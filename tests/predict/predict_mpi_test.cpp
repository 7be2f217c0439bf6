#include "nubox/core/error.hpp"
#include "nubox/core/rng.hpp"
#include "nubox/net/torch/emulator.hpp"
#include "nubox/predict/predict.hpp"

#include <cmath>
#include <filesystem>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace nubox::predict {
namespace {

constexpr double box_mpch = 24;

/// A model file of a small network with random weights, the same on every rank.
class RandomModel {
 public:
  RandomModel(const par::Comm& comm, const net::Architecture& architecture)
      : path_(std::filesystem::temp_directory_path() /
              ("nubox-predict-" + comm.broadcast(std::to_string(::getpid())) + ".h5")) {
    net::ModelCard card;
    card.architecture = architecture;
    card.feature_scales.assign(architecture.input_channels, 2.0);
    card.output_scale_mpch = 0.3;
    card.features.assign(architecture.input_channels, "random");
    card.masses_eV = {0.15};
    card.data.box_size_mpch = box_mpch;
    card.data.n = 12;
    torch::manual_seed(3);
    const auto network = net::make_network(architecture);
    const torch::NoGradGuard no_grad;
    for (auto& parameter : network->parameters()) parameter.normal_(0, 0.2);
    net::save_model(comm, path_, card, *network);
  }
  ~RandomModel() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  RandomModel(const RandomModel&) = delete;
  RandomModel& operator=(const RandomModel&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Random values that depend on the global site only, shifted periodically by `shift` sites.
field::LatticeField random_field(const par::Comm& comm, std::size_t n, std::size_t components,
                                 std::size_t shift = 0) {
  const par::SlabLayout layout(comm, n);
  field::LatticeField field(layout, components, box_mpch);
  for (std::size_t c = 0; c < components; ++c) {
    for (std::size_t ix = 0; ix < layout.local().count; ++ix) {
      for (std::size_t iy = 0; iy < n; ++iy) {
        for (std::size_t iz = 0; iz < n; ++iz) {
          const auto index = [&](std::size_t i) {
            return static_cast<std::uint32_t>((i + shift) % n);
          };
          const auto block =
              rng::philox(c, {index(layout.local().start + ix), index(iy), index(iz), 0});
          field.component(c)[field.site(ix, iy, iz)] =
              static_cast<float>(rng::uniform_open_closed(block[0], block[1]) - 0.5);
        }
      }
    }
  }
  return field;
}

net::Architecture small_vnet() {
  net::Architecture architecture = net::default_architecture(net::NetworkKind::vnet);
  architecture.channels = 4;
  architecture.levels = 1;
  architecture.input_channels = 3;
  return architecture;
}

double largest_difference(const field::LatticeField& a, const field::LatticeField& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    largest = std::max(largest, std::abs(double(a.values()[i]) - double(b.values()[i])));
  }
  return a.comm().all_reduce(largest, par::Reduction::max);
}

// Rounding of a few hundred float operations of order 0.1 Mpc/h: far below the tolerance.
constexpr double tolerance_mpch = 1e-5;

/// Compares tilings on all ranks with the whole box as one tile, which every rank evaluates on its
/// own.
void expect_one_box(const net::Architecture& architecture, const std::vector<std::size_t>& tiles) {
  const par::Comm world = par::Comm::world();
  const RandomModel model(world, architecture);
  const net::Evaluator network(world, model.path());
  constexpr std::size_t n = 12;
  const std::size_t channels = architecture.input_channels;
  const auto prior = random_field(world, n, 3);

  const par::Comm self = par::Comm::self();
  const auto whole = predict_displacement(random_field(self, n, channels), random_field(self, n, 3),
                                          network, {.theta = 0.7}, TileChoice{n});
  field::LatticeField expected(prior.layout(), 3, box_mpch);
  for (std::size_t c = 0; c < 3; ++c) {
    const std::size_t first = prior.layout().local().start * n * n;
    std::ranges::copy(whole.component(c).subspan(first, prior.local_sites()),
                      expected.component(c).begin());
  }
  EXPECT_GT(largest_difference(expected, prior), 0.01) << "the network does nothing";
  for (const std::size_t tile : tiles) {
    const auto tiled = predict_displacement(random_field(world, n, channels), prior, network,
                                            {.theta = 0.7}, TileChoice{tile});
    EXPECT_LT(largest_difference(tiled, expected), tolerance_mpch) << "tile " << tile;
  }
}

TEST(Predict, every_tiling_and_rank_count_gives_the_same_box) {
  // Every multiple of the stride, and the extent that the program chooses.
  expect_one_box(small_vnet(), {2, 4, 6, 8, 10, 12, 0});
}

TEST(Predict, every_rank_count_gives_the_same_box_with_the_default_network) {
  net::Architecture architecture = net::default_architecture(net::NetworkKind::vnet);
  architecture.input_channels = 9;
  expect_one_box(architecture, {6, 0});
}

TEST(Predict, a_shift_by_a_multiple_of_the_stride_shifts_the_prediction) {
  const par::Comm world = par::Comm::world();
  const RandomModel model(world, small_vnet());
  const net::Evaluator network(world, model.path());
  const par::Comm self = par::Comm::self();
  constexpr std::size_t n = 12;
  const std::size_t shift = 3 * network.stride();
  const auto plain = random_field(self, n, 3), shifted = random_field(self, n, 3, shift);
  const auto out = predict_displacement(plain, plain, network, {.theta = 1}, TileChoice{4});
  const auto out_shifted =
      predict_displacement(shifted, shifted, network, {.theta = 1}, TileChoice{4});
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t ix = 0; ix < n; ++ix) {
      for (std::size_t iy = 0; iy < n; ++iy) {
        for (std::size_t iz = 0; iz < n; ++iz) {
          const std::size_t moved = out.site((ix + shift) % n, (iy + shift) % n, (iz + shift) % n);
          ASSERT_NEAR(out_shifted.component(c)[out.site(ix, iy, iz)], out.component(c)[moved],
                      tolerance_mpch);
        }
      }
    }
  }
}

TEST(Predict, vanishing_mass_returns_the_prior_bit_for_bit) {
  const par::Comm world = par::Comm::world();
  const RandomModel model(world, small_vnet());
  const net::Evaluator network(world, model.path());
  const auto prior = random_field(world, 12, 3);
  EXPECT_EQ(largest_difference(predict_displacement(prior, prior, network, {.theta = 0}), prior),
            0.0);
}

TEST(Predict, features_that_do_not_fit_are_refused_on_all_ranks) {
  const par::Comm world = par::Comm::world();
  const RandomModel model(world, small_vnet());
  const net::Evaluator network(world, model.path());
  const auto features = random_field(world, 12, 6);
  const auto prior = random_field(world, 12, 3);
  try {
    (void)predict_displacement(features, prior, network, {.theta = 1});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_TRUE(error.agreed());
  }
}

TEST(ModelRange, another_lattice_spacing_is_refused) {
  net::ModelCard card;
  card.data.box_size_mpch = 125;
  card.data.n = 64;
  card.masses_eV = {0.15};
  io::FieldHeader header = card.data;
  EXPECT_NO_THROW(require_within_range(card, header, 0.15));
  header.box_size_mpch = 127;
  EXPECT_THROW(require_within_range(card, header, 0.15), InputError);
}

}  // namespace
}  // namespace nubox::predict
