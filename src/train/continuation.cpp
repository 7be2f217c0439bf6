#include "nubox/train/continuation.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>

namespace nubox::train {

void continue_from(const net::ModelCard& start, const std::filesystem::path& path,
                   net::ModelCard& card) {
  if (start.architecture != card.architecture || start.prior != card.prior ||
      start.features != card.features) {
    throw UsageError(
        "train.start = {}: {} over {} with {} channels, but {} over {} with {} channels is asked "
        "for",
        path.string(), net::name_of(start.architecture.kind), prior::name_of(start.prior),
        start.features.size(), net::name_of(card.architecture.kind), prior::name_of(card.prior),
        card.features.size());
  }
  card.feature_scales = start.feature_scales;
  card.output_scale_mpch = start.output_scale_mpch;
  card.extra["started_from"] = path.filename().string();
}

bool prior_serves(const net::ModelCard& start, const net::ModelCard& card) {
  const prior::RewindOptions before = prior::read_rewind_options(start.extra),
                             now = prior::read_rewind_options(card.extra);
  if (before.epoch_k_hmpc != now.epoch_k_hmpc || before.mesh_factor != now.mesh_factor ||
      before.steps != now.steps) {
    return false;
  }
  if (start.calibration.empty()) return true;
  return std::ranges::all_of(card.force_classes, [&](std::size_t of_class) {
    return std::ranges::find(start.calibration.points, of_class,
                             &prior::CalibrationPoint::mesh_factor) !=
           start.calibration.points.end();
  });
}

}  // namespace nubox::train
