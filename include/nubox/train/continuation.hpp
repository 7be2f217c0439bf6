#pragma once

#include "nubox/net/model_file.hpp"

#include <filesystem>

namespace nubox::train {

/// Prepares the card of a training that starts from the weights of another model (fine-tuning).
/// These weights are valid only for the prior, the input channels and the scales of that model: its
/// scales are copied to the card, and the name of its file is recorded.
///
/// @param start  card of the model that provides the weights
/// @param path   of its file
/// @param card   of the training, without scales
/// Rank-local. @throws UsageError if architecture, prior or channels differ
void continue_from(const net::ModelCard& start, const std::filesystem::path& path,
                   net::ModelCard& card);

/// True if the calibrated prior of the first model serves this training: it was calibrated, or is
/// not to be, for all force classes of the pairs and for the same rewind. Rank-local. @throws
/// InputError for a card without a rewind
[[nodiscard]] bool prior_serves(const net::ModelCard& start, const net::ModelCard& card);

}  // namespace nubox::train
