#pragma once

#include "nubox/field/box.hpp"
#include "nubox/io/mapped_memory.hpp"
#include "nubox/net/evaluator.hpp"
#include "nubox/prior/features.hpp"
#include "nubox/prior/prior.hpp"
#include "nubox/train/trainer.hpp"

#include "app/setup.hpp"
#include "app/torch/pair_list.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nubox::app {

/// Builds what the trainer needs, one realisation after the other, and notes in the model's card
/// what the boxes are. All operations are collective, their errors agreed.
class PairReader {
 public:
  /// `world`, `card` must outlive it, and it the fields it read (data.cache).
  /// @throws FileSystemError if the cache cannot be made
  PairReader(const par::Comm& world, const config::Config& config, net::ModelCard& card);

  /// Headers only: what would be refused is refused.
  /// @throws InputError for boxes that are no twins or do not belong to those before
  void check(const Realisation& realisation);

  /// Fits the prior's numbers to the realisations that are trained on, where there are any. They
  /// have passed check().
  void calibrate_prior(const std::vector<Realisation>& training);

  /// Fits the gains of a trained network's output to the same realisations.
  [[nodiscard]] prior::Calibration calibrate_output(const std::vector<Realisation>& training,
                                                    const net::Evaluator& network);

  /// The fields of a realisation that has passed check().
  void read(const Realisation& realisation, bool validation,
            std::vector<train::TrainingPair>& pairs);

 private:
  void check_input(const io::FieldHeader& massless, const std::filesystem::path& path);
  void check_target(const io::FieldHeader& massless, const std::filesystem::path& massless_path,
                    const io::FieldHeader& massive, const std::filesystem::path& path);
  /// The first input tells whether the boxes have velocities, and with that what can be made of
  /// them.
  void settle(bool has_velocity, const std::filesystem::path& path);
  /// What the network sees of an input, whatever the mass.
  [[nodiscard]] prior::Features features_of(const field::Box& input);
  void add(const field::Box& input, const prior::Features& features, field::Box& target,
           const std::string& name, bool validation, std::vector<train::TrainingPair>& pairs);
  /// A field as it waits for its epochs.
  [[nodiscard]] field::LatticeField kept(field::LatticeField field);

  par::Comm world_;
  std::optional<io::MappedMemory> cache_;
  cosmology::Parameters parameters_;
  cosmology::LinearTables tables_;
  prior::Kind kind_;
  prior::RewindOptions rewind_;
  net::ModelCard& card_;
};

}  // namespace nubox::app
