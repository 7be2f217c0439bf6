#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/net/evaluator.hpp"
#include "nubox/predict/box_output.hpp"
#include "nubox/predict/predictor.hpp"

#include <optional>
#include <string>

namespace nubox::predict {

/// What all boxes of a job share.
struct PredictionSetup {
  /// Reads the model file. Collective. @throws as Predictor
  PredictionSetup(const par::Comm& comm, cosmology::LinearTables tables, PredictorOptions options);

  /// Tiles of the network (tiles_for).
  [[nodiscard]] TileChoice tiles() const;
  /// Edge of the tiles at whose faces seams are measured; 0: they are not measured.
  [[nodiscard]] std::size_t seam_tile(std::size_t n) const;
  /// Mesh points per side of the neutrino density of a box of n^3 particles; 0: none requested.
  [[nodiscard]] std::size_t neutrino_mesh(std::size_t n, double M_nu_eV) const;

  par::Comm comm;
  PredictorOptions options;
  cosmology::LinearTables tables;
  BoxOutput output;
  prior::Kind prior;
  prior::RewindOptions rewind;
  std::optional<net::ModelCard> card;     ///< only with a model file
  std::optional<net::Evaluator> network;  ///< only if the model file contains one
  std::string model_checksum;
};

}  // namespace nubox::predict
