#include "nubox/train/continuation.hpp"

#include "nubox/core/error.hpp"

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

}  // namespace nubox::train
