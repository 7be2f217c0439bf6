#pragma once

#include "nubox/cosmology/amplitude_match.hpp"
#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/net/precision.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/predict/box_output.hpp"
#include "nubox/predict/prediction_memory.hpp"
#include "nubox/predict/suite_runner.hpp"
#include "nubox/predict/tile_plan.hpp"
#include "nubox/prior/prior.hpp"
#include "nubox/snapshot/import.hpp"
#include "nubox/snapshot/imported_header.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace nubox::predict {

/// How snapshots become boxes, as import makes them.
struct SnapshotChoices {
  gadget::ReaderOptions reader{};
  snapshot::SuppliedHeader supplied{};
  snapshot::ImportOptions import{};
};

struct PredictorOptions {
  cosmology::Parameters cosmology{};  ///< of the inputs
  /// Amplitude that a massive box has in common with its input.
  cosmology::AmplitudeMatch match = cosmology::AmplitudeMatch::A_s;
  std::optional<double> A_s{};    ///< of the massive boxes, in place of `match`
  std::filesystem::path model{};  ///< model file; empty: the prior alone
  bool without_network = false;   ///< refuse a model file that contains a network
  /// The prior without a model file. With one, a model trained over another prior is refused.
  std::optional<prior::Kind> prior{};
  prior::RewindOptions rewind{};  ///< without a model file
  /// Initial conditions for the prior za; empty: from the noise that the header of the input names.
  std::filesystem::path ics{};
  net::Precision precision = net::Precision::fp32;  ///< of the convolutions
  TileChoice tiles{};
  bool measure_seams = false;     ///< at the faces of tiles; always done if the network pads them
  std::size_t neutrino_mesh = 0;  ///< points per side; 0: as many as particles
  BoxOutputOptions output{};
  SnapshotChoices snapshots{};  ///< how to read inputs that are Gadget snapshots
};

/// Memory and work of the boxes of one task.
struct TaskResources {
  MemoryEstimate memory{};  ///< of this rank, for the largest box
  std::size_t n = 0;        ///< particles per side
  double network_flop = 0;  ///< of all ranks for one box, halos of tiles included
  std::vector<std::filesystem::path> inputs{};  ///< files of the input
  std::vector<io::PlannedFile> outputs{};
};

/// Prior and network of one prediction job, for any number of boxes on one communicator.
class Predictor {
 public:
  /// Reads the model file. Collective.
  /// @throws UsageError (contradicting options), InputError, FileSystemError (agreed)
  Predictor(const par::Comm& comm, cosmology::LinearTables tables, PredictorOptions options);

  /// Checks an input by its header and estimates memory and work. Collective.
  /// @throws InputError, FileSystemError (agreed) for an input that does not fit the model or the
  ///         masses
  [[nodiscard]] TaskResources resources(const SuiteTask& task) const;

  /// Opens and checks the input of a task. The result computes its boxes and holds the open file,
  /// the linear theories and the input channels that do not depend on the mass; this object must
  /// outlive it. The displacements of a field file are read again for each mass: a copy would take
  /// memory from the force mesh and the network. A snapshot is read once: its particles are kept in
  /// their lattice order until the last mass. Collective, and so is the result.
  /// @throws InputError, FileSystemError, NumericalError (agreed)
  [[nodiscard]] PredictBox open(const SuiteTask& task) const;

 private:
  struct Parts;
  std::shared_ptr<const Parts> parts_;
};

/// Largest memory of any rank for any task of its group, in bytes. A task with an agreed error
/// counts as zero: the run reports the error. The outputs of the tasks are tried
/// (io::check_outputs). Collective on `world`.
/// @throws UsageError, FileSystemError (agreed) for an output that must not or cannot be written
[[nodiscard]] std::uint64_t check_resources(const par::Comm& world, const par::Comm& group,
                                            const std::vector<SuiteTask>& tasks,
                                            const Predictor& predictor);

/// The same for --check: opens every input once, and reports those that fail as run_suite does.
/// Collective on `world`. @throws as check_suite, and as check_resources
void check_predictions(const par::Comm& world, const par::Comm& group,
                       const std::vector<SuiteTask>& tasks, const Predictor& predictor);

}  // namespace nubox::predict
