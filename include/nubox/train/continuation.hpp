#pragma once

#include "nubox/net/model_file.hpp"

#include <filesystem>

namespace nubox::train {

/// Prepares the card of a training that begins with the weights of another model. They are valid
/// only over the prior, the input channels and the scales of that model: the scales are taken over,
/// and the card records where the weights are from.
///
/// @param start  card of the model with the first weights
/// @param path   of its file
/// @param card   of the training, complete but for the scales
/// Rank-local. @throws UsageError if architecture, prior or channels differ
void continue_from(const net::ModelCard& start, const std::filesystem::path& path,
                   net::ModelCard& card);

}  // namespace nubox::train
