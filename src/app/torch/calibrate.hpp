#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/prior/calibration.hpp"

#include "app/torch/pair_list.hpp"

#include <vector>

namespace nubox::app {

/// Fits a prior's numbers (rewind: damping and smoothing of momenta; rewind and linear: gain) to
/// realisations known to be sound and meant for training, by force resolution and mass, on at most
/// four boxes each; a log table tells what came of it. Collective.
/// @param options  steps and mesh of the rewind
/// @throws InputError, FileSystemError, NumericalError (agreed)
[[nodiscard]] prior::Calibration calibrate(const par::Comm& comm, prior::Kind kind,
                                           const prior::RewindOptions& options,
                                           const std::vector<Realisation>& training,
                                           const cosmology::Parameters& parameters,
                                           const cosmology::LinearTables& tables);

/// True if such numbers exist for a prior.
[[nodiscard]] constexpr bool can_be_calibrated(prior::Kind kind) {
  return kind == prior::Kind::linear || kind == prior::Kind::rewind;
}

}  // namespace nubox::app
