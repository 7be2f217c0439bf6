#pragma once

#include "nubox/config/config.hpp"
#include "nubox/field/field_io.hpp"
#include "nubox/stats/displacement_error.hpp"
#include "nubox/stats/pdf.hpp"
#include "nubox/stats/power.hpp"
#include "nubox/stats/top_hat.hpp"

#include <optional>
#include <string>
#include <vector>

namespace nubox::stats {

/// What to measure and by which conventions.
struct Settings {
  std::size_t mesh = 0;  ///< points per side; 0: as many as particles per side
  field::Assignment assignment = field::Assignment::cic;
  bool interlace = false;  ///< power only
  bool subtract_shot_noise = false;
  bool power = true, pdf = true, residual = true;
  double radius_mpch = 10;
  TopHatKind filter = TopHatKind::discrete;
  std::vector<double> edges = logarithmic_edges(-2, 2, 100);  ///< of rho / mean
};

/// Settings of the sections [stats] and [pdf]. @throws UsageError
[[nodiscard]] Settings settings_of(const config::Config& config);

/// PDF of one field.
struct PdfTable {
  Histogram histogram;
  Moments moments;
};

/// Statistics of a model and, where there is one, of the target beside it.
struct Measurement {
  Settings settings;  ///< with the mesh that was used
  io::FieldHeader model;
  std::optional<io::FieldHeader> target;
  std::optional<PowerTable> power;
  std::optional<PdfTable> pdf_model, pdf_target;
  std::size_t filter_cells = 0;
  double filter_effective_radius_mpch = 0;
  std::optional<VectorError> displacement_error, velocity_error;  ///< model against target
};

/// Paints each field once and transforms it once (twice if interlaced); power and PDF share the
/// modes. `target` may be null. Collective.
/// @throws InputError if model and target are not of one box, UsageError for a radius that does
/// not fit the box; agreed
[[nodiscard]] Measurement measure(const field::Snapshot& model, const field::Snapshot* target,
                                  const Settings& settings, const std::string& model_name = "model",
                                  const std::string& target_name = "target");

}  // namespace nubox::stats
