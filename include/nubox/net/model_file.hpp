#pragma once

#include "nubox/io/field_file.hpp"
#include "nubox/io/table_file.hpp"
#include "nubox/net/architecture.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/prior/calibration.hpp"
#include "nubox/prior/prior.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace nubox::net {

inline constexpr const char* model_format = "nubox-model";
inline constexpr int model_format_version = 1;

/// Contents of a model file (nubox-model) beside the weights: what a prediction needs to compute
/// the inputs as in training, the range in which the model is valid, and its metrics.
struct ModelCard {
  Architecture architecture;
  prior::Kind prior = prior::Kind::linear;  ///< its displacement is what the output is added to
  prior::Calibration calibration;           ///< of the prior; may be empty
  /// Gains of the displacements that the network predicts; may be empty.
  prior::Calibration output_calibration;
  std::vector<std::string> features;   ///< one name per input channel, in channel order
  std::vector<double> feature_scales;  ///< input channels are divided by them
  double output_scale_mpch = 0;  ///< output unit of the network (residual: at theta = 1); 0: unset

  /// Training data: box, lattice, redshift and cosmology of the boxes (mass and seed are unused).
  io::FieldHeader data;
  std::vector<double> masses_eV;  ///< neutrino masses trained on
  /// Mesh points per particle spacing of the forces that made the inputs (prior::force_class).
  std::vector<std::size_t> force_classes;
  /// Rms of a component of the residual velocities (prior::is_residual_velocity) of the inputs of
  /// each force class; empty: not known.
  std::vector<double> force_class_velocity_mpch;
  std::string data_manifest;              ///< checksum of the training files
  std::string code_version;               ///< filled on writing if empty
  std::map<std::string, double> metrics;  ///< validation metrics by name
  io::Attributes extra;                   ///< further attributes (options of the rewind, crop ...)

  [[nodiscard]] double lattice_spacing_mpch() const {
    return data.box_size_mpch / static_cast<double>(data.n);
  }
};

/// Card to and from the root attributes of a table file. `read_card` @throws InputError naming what
/// is missing or unfit.
void write_card(const ModelCard& card, io::TableFile& table);
[[nodiscard]] ModelCard read_card(const io::TableFile& table);

/// A model file without weights: a calibrated prior alone (architecture none). Collective.
/// @throws FileSystemError (agreed)
void save_card(const par::Comm& comm, const std::filesystem::path& path, const ModelCard& card);
/// The card of any model file. Collective. @throws InputError, FileSystemError (agreed)
[[nodiscard]] ModelCard load_card(const par::Comm& comm, const std::filesystem::path& path);

}  // namespace nubox::net
