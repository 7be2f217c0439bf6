#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/net/evaluator.hpp"
#include "nubox/predict/box_output.hpp"
#include "nubox/predict/predictor.hpp"

#include <optional>
#include <string>

namespace nubox::predict {

/// Everything that the boxes of one job share.
struct PredictionSetup {
  /// Reads the model file. Collective. @throws as Predictor
  PredictionSetup(const par::Comm& comm, cosmology::LinearTables tables, PredictorOptions options);

  /// Tiles of the network; for one that pads, cubes of the edge of its training crops by default.
  [[nodiscard]] TileChoice tiles() const;
  /// Tile edge at which seams are measured; 0: not at all.
  [[nodiscard]] std::size_t seam_tile(std::size_t n) const;
  /// Points per side of the neutrino density of a box of n^3 particles; 0: none wanted.
  [[nodiscard]] std::size_t neutrino_mesh(std::size_t n, double M_nu_eV) const;

  par::Comm comm;
  PredictorOptions options;
  cosmology::LinearTables tables;
  BoxOutput output;
  prior::Kind prior;
  prior::RewindOptions rewind;
  std::optional<net::ModelCard> card;     ///< none without a model file
  std::optional<net::Evaluator> network;  ///< none for a calibrated prior alone
  std::string model_checksum;
};

}  // namespace nubox::predict
