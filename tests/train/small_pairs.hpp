#pragma once

#include "nubox/train/trainer.hpp"

#include <cmath>
#include <vector>

/// Small boxes that a small convolution can learn, for the tests of training.
namespace nubox::train {

inline constexpr std::size_t lattice_n = 12;
inline constexpr double spacing_mpch = 2;

/// A smooth periodic displacement whose correction is a local linear operator on it.
inline TrainingPair make_pair(const par::Comm& comm, double phase, bool validation,
                              std::size_t n = lattice_n) {
  const par::SlabLayout layout(comm, n);
  const double box_size = spacing_mpch * static_cast<double>(n);
  field::LatticeField prior(layout, 3, box_size);
  field::LatticeField target(layout, 3, box_size);
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < prior.local_sites(); ++i) {
      const auto x = static_cast<double>(layout.local().start + i / (n * n));
      const auto y = static_cast<double>(i / n % n);
      const auto z = static_cast<double>(i % n);
      const double k = 2 * 3.14159265358979 / static_cast<double>(n);
      const double long_wave = std::sin(k * (x + y) + phase + static_cast<double>(c));
      const double short_wave = std::cos(3 * k * (z - x) + 2 * phase - static_cast<double>(c));
      prior.component(c)[i] = static_cast<float>(3 * long_wave + short_wave);
      // The short wave shrinks: a multiple of a discrete Laplacian.
      target.component(c)[i] = static_cast<float>(3 * long_wave + 0.8 * short_wave);
    }
  }
  field::LatticeField features = prior;
  return {validation ? "validation" : "training",
          std::move(features),
          std::move(prior),
          std::move(target),
          {.theta = 1},
          validation};
}

inline std::vector<TrainingPair> make_pairs(const par::Comm& comm) {
  std::vector<TrainingPair> pairs;
  pairs.push_back(make_pair(comm, 0.3, false));
  pairs.push_back(make_pair(comm, 2.0, true));
  return pairs;
}

inline net::ModelCard make_card(const net::Architecture& architecture = {.channels = 4}) {
  net::ModelCard card;
  card.architecture = architecture;
  card.features = {"d_x", "d_y", "d_z"};
  card.data.box_size_mpch = spacing_mpch * static_cast<double>(lattice_n);
  card.data.n = lattice_n;
  card.masses_eV = {0.15};
  return card;
}

}  // namespace nubox::train
