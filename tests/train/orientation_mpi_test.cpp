#include "nubox/train/crop_server.hpp"
#include "nubox/train/octahedral.hpp"

#include "train/batch.hpp"
#include "train/transformed.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace nubox::train {
namespace {

struct Small {
  static constexpr std::size_t n = 8, tile = 4, halo = 2;
  static constexpr double box_mpch = 16;
};

/// The whole box on every rank, and this rank's slab of it.
torch::Tensor random_box(std::int64_t channels) {
  const auto n = static_cast<std::int64_t>(Small::n);
  return torch::randn({channels, n, n, n});
}

field::LatticeField slab_of(const par::Comm& comm, const torch::Tensor& box) {
  const auto channels = static_cast<std::size_t>(box.size(0));
  field::LatticeField field(par::SlabLayout(comm, Small::n), channels, Small::box_mpch);
  const torch::Tensor values = box.contiguous();
  const std::size_t plane = Small::n * Small::n;
  for (std::size_t c = 0; c < channels; ++c) {
    const float* from =
        values.const_data_ptr<float>() + (c * Small::n + field.layout().local().start) * plane;
    std::copy_n(from, field.local_sites(), field.component(c).begin());
  }
  return field;
}

/// Origin of a crop in the transformed box: reversal is i -> n - 1 - i.
std::array<std::size_t, 3> turned_origin(const std::array<std::size_t, 3>& origin,
                                         const Octahedral& element) {
  std::array<std::size_t, 3> turned{};
  for (std::size_t a = 0; a < 3; ++a) {
    const std::size_t old = origin[element.axis[a]];
    turned[a] = element.sign[a] > 0 ? old : (2 * Small::n - Small::tile - old) % Small::n;
  }
  return turned;
}

TEST(Augmentation, of_a_crop_with_halo_target_and_base_is_a_crop_of_the_transformed_box) {
  const par::Comm comm = par::Comm::world();
  torch::manual_seed(11);
  // Features: a vector, a scalar, a vector. Targets: the residual and the prior displacement.
  const torch::Tensor features = random_box(7), targets = random_box(6);
  const std::vector<std::size_t> vectors =
      vector_channels({"a_x", "a_y", "a_z", "density", "b_x", "b_y", "b_z"});
  const auto server_of = [&](const torch::Tensor& f, const torch::Tensor& t) {
    std::vector<CropSource> sources;
    sources.push_back({slab_of(comm, f), slab_of(comm, t)});
    return CropServer(comm, std::move(sources), Small::tile, Small::halo, vectors);
  };
  const auto batch_of = [&](const CropServer& server, const Sample& sample) {
    // As many copies as ranks: every rank gets one.
    const std::vector<Sample> copies(static_cast<std::size_t>(comm.size()), sample);
    const std::vector<Sample> mine{sample};
    const Crops crops = server.gather(copies);
    const Batch batch = make_batch(server, crops, mine, {{.theta = 1}}, 0, 1, torch::kCPU);
    return Batch{batch.features.clone(), batch.targets.clone(), batch.base.clone(),
                 batch.conditioning};
  };
  const CropServer server = server_of(features, targets);
  for (std::size_t e = 0; e < octahedral_order; ++e) {
    const Octahedral element = octahedral(e);
    const Sample augmented{0, 0, {5, (3 + e) % Small::n, 6}, e};
    const Batch batch = batch_of(server, augmented);
    const CropServer whole =
        server_of(transformed(features, element, vectors), transformed(targets, element, {0, 3}));
    const Batch expected = batch_of(whole, {0, 0, turned_origin(augmented.origin, element), 0});
    EXPECT_TRUE(torch::equal(batch.features, expected.features)) << e;
    EXPECT_TRUE(torch::equal(batch.targets, expected.targets)) << e;
    EXPECT_TRUE(torch::equal(batch.base, expected.base)) << e;
  }
}

}  // namespace
}  // namespace nubox::train
