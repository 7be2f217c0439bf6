#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/net/evaluator.hpp"
#include "nubox/prior/calibration.hpp"
#include "nubox/train/trainer.hpp"
#include "nubox/train/twins.hpp"

#include <functional>

namespace nubox::train {

/// Fits a gain G(k) of the displacements that a trained network predicts to the pairs it was
/// trained on, for each force resolution and mass. A network does not predict the power of motions
/// that its input does not determine, such as those within dark-matter haloes: about half a per
/// cent, to which the loss is insensitive. The gain minimises the displacement error, relative to
/// that at G = 1, plus ((T - 1) / tolerance)^2 summed over bins of k, T being the mean transfer
/// function. The tolerance is 0.13 |ln s|, s being the amplitude ratio of the two cosmologies on
/// small scales. Logs the transfer functions before and after.
///
/// @param groups  pairs to fit to
/// @param read    the training pair of two files; collective
/// Collective.
/// @throws InputError, FileSystemError, NumericalError (agreed)
[[nodiscard]] prior::Calibration calibrate_output(
    const par::Comm& comm, const net::Evaluator& network, const TwinGroups& groups,
    const cosmology::Parameters& parameters, const cosmology::LinearTables& tables,
    const std::function<TrainingPair(const Twins&)>& read);

}  // namespace nubox::train
