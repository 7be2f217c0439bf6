#pragma once

#include "nubox/config/config.hpp"
#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/net/evaluator.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/predict/memory_model.hpp"
#include "nubox/predict/suite.hpp"
#include "nubox/predict/tile_plan.hpp"
#include "nubox/prior/features.hpp"
#include "nubox/prior/prior.hpp"

#include "app/box_output.hpp"

#include <optional>
#include <string>

namespace nubox::app {

/// Prior and network of one prediction job, ready for any number of boxes on one communicator.
class Predictor {
 public:
  /// Reads tables and model. Collective.
  /// @throws UsageError (contradicting options), InputError, FileSystemError (agreed)
  Predictor(const par::Comm& comm, const config::Config& config);

  /// Most that this rank will hold at each stage for a box of this task. Collective.
  /// @throws InputError, FileSystemError (agreed) for an input that, by its header, cannot be
  ///         predicted for these masses
  [[nodiscard]] predict::MemoryEstimate needs(const predict::SuiteTask& task) const;

  /// Work of the network for one box of n^3 particles, margins of tiles included; 0 for physics
  /// alone. Collective.
  [[nodiscard]] double network_flop(std::size_t n) const;

  /// Makes what is not finished yet. The disk never waits for the network nor the network for the
  /// disk: while the network computes, the system fetches what is read next, of this task or the
  /// `next` one, if there is one; a box reaches the disk while the one after it is read.
  /// Collective.
  /// @throws InputError, FileSystemError, NumericalError (agreed)
  void run(const predict::SuiteTask& task, const predict::SuiteTask* next,
           predict::SuiteProgress& progress) const;

 private:
  void require_fits(const io::FieldFile& file, const predict::SuiteTask& task) const;
  /// Attributes that tell which run made a box: equal ones give the same box.
  [[nodiscard]] io::Attributes recipe(const io::FieldFile& file, double M_nu_eV) const;
  /// Points per side of the neutrino density of a box of n^3 particles; 0: none wanted.
  [[nodiscard]] std::size_t neutrino_mesh(std::size_t n, double M_nu_eV) const;
  /// What the network sees of an input, whatever the mass.
  [[nodiscard]] prior::Features features_of(const field::Box& input) const;
  /// Reads the input anew for each mass, so that no copy of it is kept while the force mesh or the
  /// network want the memory; `features` are those of the first time, none without a network;
  /// `next` is the file that is read after this one, empty after the last.
  void make(const std::filesystem::path& in, const predict::OutputRequest& wanted,
            const io::Attributes& recipe, std::optional<prior::Features>& features,
            const std::filesystem::path& next, predict::SuiteProgress& progress) const;
  /// Has a file that is read later fetched from disk. Collective.
  void fetch(const std::filesystem::path& path) const;
  /// Adds the network's increment to the prior of an input of some force class. Collective.
  void apply_network(const prior::Features& features, std::size_t force_class,
                     const prior::Gain& gain, field::Box& predicted) const;

  [[nodiscard]] predict::TileChoice tiles() const;
  /// Tile edge at which seams are to be measured; 0: not at all.
  [[nodiscard]] std::size_t seam_tile(std::size_t n) const;
  /// Seams that the network left in the box, in its log line and attributes.
  void note_seams(const field::LatticeField& input, std::size_t tile, field::Box& predicted) const;

  par::Comm comm_;
  const config::Config* config_;
  cosmology::Parameters parameters_;
  cosmology::LinearTables tables_;
  prior::Kind prior_;
  prior::RewindOptions rewind_;
  BoxOutput output_;
  std::optional<net::ModelCard> card_;     ///< without a model file: none
  std::optional<net::Evaluator> network_;  ///< the file may hold a calibrated prior alone
  std::string model_checksum_;
};

}  // namespace nubox::app
