#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/net/evaluator.hpp"
#include "nubox/prior/calibration.hpp"
#include "nubox/train/trainer.hpp"
#include "nubox/train/twins.hpp"

#include <functional>

namespace nubox::train {

/// Fits a gain of the displacements that a trained network predicts to the pairs it was trained on,
/// by force resolution and mass. What a network cannot know, such as the motions within haloes, it
/// leaves out: halves of a per cent of power that its loss hardly sees. The gain brings the mean
/// transfer function to one as far as that costs little in displacement: a per cent of T, for every
/// eighth of |ln s|, weighs as much as the whole error. A log table tells what came of it.
/// Collective.
/// @param read  the pair of two files, as the network was trained on it; collective
/// @throws InputError, FileSystemError, NumericalError (agreed)
[[nodiscard]] prior::Calibration calibrate_output(
    const par::Comm& comm, const net::Evaluator& network, const TwinGroups& groups,
    const cosmology::Parameters& parameters, const cosmology::LinearTables& tables,
    const std::function<TrainingPair(const Twins&)>& read);

}  // namespace nubox::train
