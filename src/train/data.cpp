#include "train/data.hpp"

#include "nubox/core/error.hpp"
#include "nubox/field/periodic.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/train/octahedral.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::train {
namespace {

double sum_of_squares(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * static_cast<double>(value);
  return sum;
}

/// Root mean square from the sums of all ranks. Collective.
double rms(const par::Comm& comm, double local_sum, double local_count) {
  std::array<double, 2> sums{local_sum, local_count};
  comm.all_reduce(std::span<double>(sums));
  return std::sqrt(sums[0] / sums[1]);
}

double feature_rms(const par::Comm& comm, const std::vector<TrainingPair>& pairs, std::size_t first,
                   std::size_t count) {
  double sum = 0;
  double number = 0;
  for (const TrainingPair& pair : pairs) {
    for (std::size_t c = first; !pair.validation && c < first + count; ++c) {
      sum += sum_of_squares(pair.features.component(c));
      number += static_cast<double>(pair.features.local_sites());
    }
  }
  return rms(comm, sum, number);
}

/// Target minus prior, at the minimum image: both are in (-L/2, L/2].
float residual(float target, float prior, double box_size) {
  const double difference = static_cast<double>(target) - static_cast<double>(prior);
  return static_cast<float>(field::minimum_image(difference, box_size));
}

double residual_rms(const par::Comm& comm, const std::vector<TrainingPair>& pairs) {
  double sum = 0;
  double number = 0;
  for (const TrainingPair& pair : pairs) {
    if (pair.validation || pair.conditioning.theta == 0) continue;
    const std::span<const float> prior = pair.prior_mpch.values();
    const std::span<const float> target = pair.target_mpch.values();
    for (std::size_t i = 0; i < target.size(); ++i) {
      const double value =
          residual(target[i], prior[i], pair.target_mpch.box_size_mpch()) / pair.conditioning.theta;
      sum += value * value;
    }
    number += static_cast<double>(target.size());
  }
  return rms(comm, sum, number);
}

/// The components of both, one after the other.
field::LatticeField joined(const field::LatticeField& first, const field::LatticeField& second) {
  field::LatticeField both(first.layout(), first.components() + second.components(),
                           first.box_size_mpch(), first.memory());
  std::ranges::copy(first.values(), both.values().begin());
  std::ranges::copy(second.values(), both.component(first.components()).begin());
  return both;
}

}  // namespace

std::vector<std::size_t> lattice_sizes(const std::vector<CropSource>& sources) {
  std::vector<std::size_t> sizes;
  for (const CropSource& source : sources) sizes.push_back(source.target.n());
  return sizes;
}

void require_consistent(const par::Comm& comm, const net::ModelCard& card,
                        const std::vector<TrainingPair>& pairs) {
  par::agree(comm, [&] {
    std::size_t training = 0;
    const std::size_t channels = card.architecture.input_channels;
    if (card.features.size() != channels) {
      throw InputError("{} feature names for {} input channels", card.features.size(), channels);
    }
    for (const TrainingPair& pair : pairs) {
      training += pair.validation ? 0 : 1;
      if (pair.features.components() != channels || pair.prior_mpch.components() != 3 ||
          pair.target_mpch.components() != 3) {
        throw InputError("{}: {} feature channels, the network has {}", pair.name,
                         pair.features.components(), channels);
      }
      if (pair.prior_mpch.n() != pair.features.n() || pair.target_mpch.n() != pair.features.n()) {
        throw InputError("{}: features, prior and target have different lattices", pair.name);
      }
      const double spacing = pairs.front().features.spacing_mpch();
      if (std::abs(pair.features.spacing_mpch() / spacing - 1) > 1e-5) {
        throw InputError("{}: lattice spacing {} Mpc/h, {} has {}", pair.name,
                         pair.features.spacing_mpch(), pairs.front().name, spacing);
      }
    }
    if (training == 0) throw InputError("there is no pair to train on");
  });
}

void measure_scales(const par::Comm& comm, const std::vector<TrainingPair>& pairs,
                    net::ModelCard& card) {
  const std::size_t channels = card.architecture.input_channels;
  if (!card.architecture.residual) {
    if (card.feature_scales.empty()) card.feature_scales.assign(channels, 1.0);
    if (card.output_scale_mpch == 0) card.output_scale_mpch = 1.0;
    return;
  }
  if (card.feature_scales.empty()) {
    card.feature_scales.assign(channels, 0.0);
    const auto vectors = par::agree(comm, [&] { return vector_channels(card.features); });
    for (const std::size_t first : vectors) {
      const double scale = feature_rms(comm, pairs, first, 3);
      for (std::size_t a = 0; a < 3; ++a) card.feature_scales[first + a] = scale;
    }
    for (std::size_t c = 0; c < channels; ++c) {
      if (card.feature_scales[c] == 0) card.feature_scales[c] = feature_rms(comm, pairs, c, 1);
    }
  }
  if (card.output_scale_mpch == 0) card.output_scale_mpch = residual_rms(comm, pairs);
  par::agree(comm, [&] {
    for (std::size_t c = 0; c < channels; ++c) {
      if (!(card.feature_scales[c] > 0)) {
        throw InputError("feature '{}' is zero in all training pairs", card.features[c]);
      }
    }
    if (!(card.output_scale_mpch > 0)) {
      throw InputError(
          "the prior equals the target in all training pairs: there is nothing to learn");
    }
  });
}

Data prepare(std::vector<TrainingPair> pairs, bool residual_targets, bool positions) {
  Data data;
  for (TrainingPair& pair : pairs) {
    if (residual_targets) {
      const double box_size = pair.target_mpch.box_size_mpch();
      const std::span<float> target = pair.target_mpch.values();
      const std::span<const float> prior = pair.prior_mpch.values();
      for (std::size_t i = 0; i < target.size(); ++i) {
        target[i] = residual(target[i], prior[i], box_size);
      }
    }
    if (residual_targets && positions && !pair.validation) {
      pair.target_mpch = joined(pair.target_mpch, pair.prior_mpch);
    }
    Boxes& boxes = pair.validation ? data.validation : data.training;
    boxes.sources.push_back({std::move(pair.features), std::move(pair.target_mpch)});
    boxes.conditioning.push_back(pair.conditioning);
    boxes.names.push_back(std::move(pair.name));
    if (pair.validation) boxes.priors_mpch.push_back(std::move(pair.prior_mpch));
  }
  return data;
}

}  // namespace nubox::train
