#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/prior/calibration.hpp"

#include "app/torch/pair_list.hpp"

#include <filesystem>
#include <map>
#include <utility>
#include <vector>

namespace nubox::app {

/// The files of one massless box and one massive twin.
struct Twins {
  std::filesystem::path massless, massive;
};

/// Training twins by force class and mass, at most four of each.
using TwinGroups = std::map<std::pair<std::size_t, double>, std::vector<Twins>>;

/// Collective. @throws InputError, FileSystemError (agreed)
[[nodiscard]] TwinGroups twin_groups(const par::Comm& comm,
                                     const std::vector<Realisation>& training);

/// Fits a prior's numbers (rewind: damping and smoothing of momenta; rewind and linear: gain) to
/// twins known to be sound and meant for training, by force resolution and mass; a log table tells
/// what came of it. Collective.
/// @param options  steps and mesh of the rewind
/// @throws InputError, FileSystemError, NumericalError (agreed)
[[nodiscard]] prior::Calibration calibrate(const par::Comm& comm, prior::Kind kind,
                                           const prior::RewindOptions& options,
                                           const TwinGroups& training,
                                           const cosmology::Parameters& parameters,
                                           const cosmology::LinearTables& tables);

/// True if such numbers exist for a prior.
[[nodiscard]] constexpr bool can_be_calibrated(prior::Kind kind) {
  return kind == prior::Kind::linear || kind == prior::Kind::rewind;
}

}  // namespace nubox::app
