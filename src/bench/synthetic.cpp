#include "bench/synthetic.hpp"

#include "nubox/bench/limits.hpp"
#include "nubox/core/rng.hpp"
#include "nubox/prior/features.hpp"

namespace nubox::bench {
namespace {

/// Uniform in [-1, 1), a different sequence for each key.
field::LatticeField random_field(const par::SlabLayout& layout, std::size_t components,
                                 std::uint64_t key) {
  field::LatticeField field(layout, components,
                            paper_spacing_mpch * static_cast<double>(layout.n()));
  const std::span<float> values = field.values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto word = rng::philox(key, {static_cast<std::uint32_t>(i), 0, 0, 0})[0];
    values[i] = 2.0F * static_cast<float>(word >> 8) * 0x1p-24F - 1.0F;
  }
  return field;
}

}  // namespace

net::Architecture with_synthetic_inputs(net::Architecture architecture) {
  if (architecture.kind == net::NetworkKind::vnet) {
    architecture.input_channels = prior::local_feature_names(true).size();
  }
  return architecture;
}

net::ModelCard synthetic_card(const net::Architecture& architecture, std::size_t n) {
  net::ModelCard card;
  card.architecture = architecture;
  card.feature_scales.assign(architecture.input_channels, 6.0);
  card.features.assign(architecture.input_channels, "synthetic");
  card.output_scale_mpch = 0.1;
  card.masses_eV = {0.15};
  card.data.n = n;
  card.data.box_size_mpch = paper_spacing_mpch * static_cast<double>(n);
  card.extra["crop"] = std::int64_t{32};
  return card;
}

std::vector<train::TrainingPair> synthetic_pairs(const par::Comm& comm,
                                                 const net::Architecture& architecture,
                                                 std::size_t n, std::size_t count) {
  const par::SlabLayout layout(comm, n);
  auto key = static_cast<std::uint64_t>(comm.rank()) << 32;
  std::vector<train::TrainingPair> pairs;
  for (std::size_t i = 0; i < count; ++i) {
    field::LatticeField features = random_field(layout, architecture.input_channels, key++);
    field::LatticeField prior = random_field(layout, 3, key++);
    field::LatticeField target = random_field(layout, 3, key++);
    pairs.push_back({"synthetic",
                     std::move(features),
                     std::move(prior),
                     std::move(target),
                     {.theta = 1},
                     false});
  }
  return pairs;
}

}  // namespace nubox::bench
