#pragma once

#include "nubox/field/box.hpp"
#include "nubox/io/mapped_memory.hpp"
#include "nubox/net/model_file.hpp"
#include "nubox/prior/features.hpp"
#include "nubox/prior/theories.hpp"
#include "nubox/train/pair_list.hpp"
#include "nubox/train/trainer.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nubox::train {

/// How the inputs of a network are computed.
struct PairOptions {
  cosmology::Parameters parameters;  ///< of all boxes; their M_nu_eV is not used
  cosmology::LinearTables tables;
  prior::Kind prior = prior::Kind::linear;
  prior::RewindOptions rewind;
  std::filesystem::path cache;  ///< directory for memory-mapped fields; empty: in memory
};

/// Reads realisations, applies the prior, computes the input channels of the network, and records
/// the properties of the boxes in the model card. All methods are collective, their errors agreed.
class PairReader {
 public:
  /// @param card  must outlive the reader
  /// With a cache the reader must outlive the fields that it has read.
  /// @throws FileSystemError if the cache cannot be created
  PairReader(const par::Comm& world, PairOptions options, net::ModelCard& card);

  /// Checks the headers of a realisation for everything that read() would refuse.
  /// @throws InputError if the boxes are no pair, or differ from those of earlier realisations
  void check(const Realisation& realisation);

  /// Fits the parameters of the prior, if it has any, to training realisations that have passed
  /// check().
  void calibrate_prior(const std::vector<Realisation>& training);

  /// Fits gains of the output of a trained network to training realisations and adds them to its
  /// model file (calibrate_output).
  void calibrate_model(const std::filesystem::path& model,
                       const std::vector<Realisation>& training);

  /// Reads a realisation that has passed check() and appends its pairs.
  void read(const Realisation& realisation, bool validation, std::vector<TrainingPair>& pairs);

 private:
  void check_input(const io::FieldHeader& massless, const std::filesystem::path& path);
  void check_target(const io::FieldHeader& massless, const std::filesystem::path& massless_path,
                    const io::FieldHeader& massive, const std::filesystem::path& path);
  /// All pairs have A_s in common, or none.
  void check_amplitudes(const io::FieldHeader& massless, const io::FieldHeader& massive,
                        const std::filesystem::path& path);
  /// The first input determines prior and input channels by having velocities or not; later ones
  /// must have them too if they are needed.
  void choose_inputs(bool has_velocity, const std::filesystem::path& path);
  /// Warns of a box from another program that cannot be what its header says. Collective.
  void warn_of_failed_checks(const field::Box& box, const std::filesystem::path& path);
  /// Input channels that do not depend on the neutrino mass.
  [[nodiscard]] prior::Features features_of(const field::Box& input);
  void add(const field::Box& input, const prior::Features& features, field::Box& target,
           const std::string& name, bool validation, std::vector<TrainingPair>& pairs);
  /// Adds the residual velocities of an input to their mean by force class in the card.
  void note_residual_velocity(const io::FieldHeader& input, const prior::Features& features);
  /// The field, in the cache if there is one.
  [[nodiscard]] field::LatticeField kept(field::LatticeField field);

  par::Comm world_;
  std::optional<io::MappedMemory> cache_;
  cosmology::Parameters parameters_;
  cosmology::LinearTables tables_;
  prior::Kind kind_;
  prior::RewindOptions rewind_;
  bool same_A_s_ = true;
  /// Sum of the mean squares of the residual velocities, and number of inputs, by force class.
  std::map<std::size_t, std::pair<double, std::size_t>> residual_velocities_;
  net::ModelCard& card_;
};

}  // namespace nubox::train
