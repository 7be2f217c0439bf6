#pragma once

#include "nubox/net/architecture.hpp"
#include "nubox/net/model_file.hpp"
#include "nubox/prior/theories.hpp"

#include <cstddef>

namespace nubox::net {

/// Says in the card of a model that is being trained how inputs without a force class
/// (prior::force_class), those of tree and pair forces, modulate it: as a mesh of 8N. Models of
/// version 0.1 lack the entry, and took such inputs for a mesh of 2N.
void describe_pair_forces(ModelCard& card);

/// Says in the card whether the boxes of each training pair had A_s in common.
void describe_amplitudes(bool same_A_s, ModelCard& card);
[[nodiscard]] bool trained_at_same_A_s(const ModelCard& card);

/// Numbers that modulate the network of a model.
///
/// @param theories     of the input and of the box to predict. If they differ in A_s and the pairs
/// of the training did not,
///                     theta is reduced by prior::relative_effect: the correction goes as the
///                     logarithm of the amplitude.
/// @param force_class  of the input (prior::force_class); the nearest one of the training is taken
/// Rank-local. @throws InputError if the pairs of the training differed in A_s and these do not
[[nodiscard]] Conditioning conditioning_of(const ModelCard& card, const prior::Theories& theories,
                                           std::size_t force_class);

}  // namespace nubox::net
