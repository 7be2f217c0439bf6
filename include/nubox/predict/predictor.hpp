#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/net/precision.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/predict/box_output.hpp"
#include "nubox/predict/prediction_memory.hpp"
#include "nubox/predict/suite_runner.hpp"
#include "nubox/predict/tile_plan.hpp"
#include "nubox/prior/prior.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace nubox::predict {

struct PredictorOptions {
  cosmology::Parameters cosmology{};
  std::filesystem::path model{};  ///< model file; empty: the prior alone
  bool without_network = false;   ///< refuse a model file that holds a network
  /// Prior without a model file; with one, refuse a file that was trained over another prior.
  std::optional<prior::Kind> prior{};
  prior::RewindOptions rewind{};  ///< without a model file
  std::filesystem::path ics{};    ///< initial conditions for the prior za; empty: by the header
  net::Precision precision = net::Precision::fp32;  ///< of the convolutions
  TileChoice tiles{};
  bool measure_seams = false;     ///< always done with padded tiles
  std::size_t neutrino_mesh = 0;  ///< points per side; 0: as many as particles
  BoxOutputOptions output{};
};

/// What the boxes of one task take.
struct TaskResources {
  MemoryEstimate memory{};  ///< of this rank, for the largest box
  std::size_t n = 0;        ///< particles per side
  double network_flop = 0;  ///< of all ranks for one box, margins of tiles included
};

/// Prior and network of one prediction job, for any number of boxes on one communicator.
class Predictor {
 public:
  /// Reads the model file. Collective.
  /// @throws UsageError (contradicting options), InputError, FileSystemError (agreed)
  Predictor(const par::Comm& comm, cosmology::LinearTables tables, PredictorOptions options);

  /// Checks an input by its header and estimates memory and work. Collective.
  /// @throws InputError, FileSystemError (agreed) for an input that cannot be predicted for these
  ///         masses
  [[nodiscard]] TaskResources resources(const SuiteTask& task) const;

  /// Opens and checks the input of a task. The result makes its boxes, and keeps the open file, the
  /// linear theories and those features of the network that do not depend on the mass; it must not
  /// outlive this object. The displacements are read again for each mass, so that no copy is held
  /// while the force mesh or the network need the memory. Collective, and so is the result.
  /// @throws InputError, FileSystemError, NumericalError (agreed)
  [[nodiscard]] PredictBox open(const SuiteTask& task) const;

 private:
  struct Parts;
  std::shared_ptr<const Parts> parts_;
};

/// Most bytes that this rank holds for a task of its group; the largest of all ranks. An input that
/// cannot be predicted counts as zero: its error is reported by the run itself. Collective on
/// `world`.
[[nodiscard]] std::uint64_t peak_bytes(const par::Comm& world, const par::Comm& group,
                                       const std::vector<SuiteTask>& tasks,
                                       const Predictor& predictor);

}  // namespace nubox::predict
