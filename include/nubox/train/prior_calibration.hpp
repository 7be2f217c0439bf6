#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/prior/calibration.hpp"
#include "nubox/train/twins.hpp"

namespace nubox::train {

/// Fits the parameters of a prior (rewind: damping and smoothing of momenta; rewind and linear:
/// gain) to training pairs, for each force resolution and mass. Logs the transfer functions before
/// and after.
///
/// @param options   steps and mesh of the rewind
/// @param training  pairs whose headers have been checked (PairReader::check)
/// Collective.
/// @throws InputError, FileSystemError, NumericalError (agreed)
[[nodiscard]] prior::Calibration calibrate_prior(const par::Comm& comm, prior::Kind kind,
                                                 const prior::RewindOptions& options,
                                                 const TwinGroups& training,
                                                 const cosmology::Parameters& parameters,
                                                 const cosmology::LinearTables& tables);

/// True if a prior has parameters to fit.
[[nodiscard]] constexpr bool can_be_calibrated(prior::Kind kind) {
  return kind == prior::Kind::linear || kind == prior::Kind::rewind;
}

}  // namespace nubox::train
