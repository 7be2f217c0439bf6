#pragma once

#include "nubox/config/config.hpp"
#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/net/evaluator.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/predict/tile_plan.hpp"
#include "nubox/prior/features.hpp"

#include "app/prior_setup.hpp"
#include "app/torch/suite.hpp"

#include <optional>
#include <string>

namespace nubox::app {

/// Prior and network of one prediction job, ready for any number of boxes on one communicator.
class Predictor {
 public:
  /// Reads tables and model. Collective.
  /// @throws UsageError (contradicting options), InputError, FileSystemError (agreed)
  Predictor(const par::Comm& comm, const config::Config& config);

  /// Refuses an input, by its header, that cannot be predicted for these masses. Collective.
  /// @throws InputError, FileSystemError (agreed)
  void require_possible(const SuiteTask& task) const;

  /// Work of the network for one box of n^3 particles, margins of tiles included; 0 for physics
  /// alone. Collective.
  [[nodiscard]] double network_flop(std::size_t n) const;

  /// Makes what is not finished yet; the input is read once for all masses. Collective.
  /// @throws InputError, FileSystemError, NumericalError (agreed)
  [[nodiscard]] TaskResult run(const SuiteTask& task) const;

 private:
  void require_fits(const io::FieldFile& file, const SuiteTask& task) const;
  /// Attributes that tell which run made a box: equal ones give the same box.
  [[nodiscard]] io::Attributes recipe(const io::FieldFile& file) const;
  /// What the network sees of an input, whatever the mass.
  [[nodiscard]] prior::Features features_of(const field::Snapshot& input) const;
  void make(const field::Snapshot& input, const std::optional<prior::Features>& features,
            const Wanted& wanted, const io::Attributes& recipe) const;

  [[nodiscard]] predict::TileChoice tile_choice() const;
  /// Seams that the network left in the box, in its log line and attributes.
  void note_seams(const field::LatticeField& input, field::Snapshot& predicted) const;

  const par::Comm* comm_;
  const config::Config* config_;
  cosmology::Parameters parameters_;
  cosmology::LinearTables tables_;
  prior::Kind prior_;
  prior::RewindOptions rewind_;
  std::optional<net::ModelCard> card_;     ///< without a model file: none
  std::optional<net::Evaluator> network_;  ///< the file may hold a calibrated prior alone
  std::string model_checksum_;
};

}  // namespace nubox::app
