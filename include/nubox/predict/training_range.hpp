#pragma once

#include "nubox/io/field_header.hpp"
#include "nubox/net/model_file.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// An input beside the boxes on which a model was trained.
namespace nubox::predict {

/// Force class of an input (prior::force_class). A header without one does not tell pair forces
/// from a mesh: the residual velocities of the box do, if the model knows those of its training,
/// and the class nearest in ratio is taken.
///
/// @param residual_velocity_mpch  rms of a component of the residual velocities; none: not known
/// Rank-local.
[[nodiscard]] std::size_t force_class_of(const net::ModelCard& card, const io::FieldHeader& input,
                                         std::optional<double> residual_velocity_mpch);

/// What of an input and the box to predict lies outside the range of the training, one phrase for
/// each quantity. Rank-local.
[[nodiscard]] std::vector<std::string> outside_training_range(
    const net::ModelCard& card, const io::FieldHeader& input, const io::FieldHeader& predicted,
    std::size_t force_class, std::optional<double> residual_velocity_mpch);

}  // namespace nubox::predict
