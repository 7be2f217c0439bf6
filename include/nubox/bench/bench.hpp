#pragma once

#include "nubox/par/comm.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

/// Components of `nubox bench`: each measures its own work and, in the same run, the limit of this
/// machine that bounds it, so that figures from a noisy machine can be compared.
namespace nubox::bench {

/// One measured figure. A row without a limit is a limit itself, or a plain figure.
struct Row {
  std::string component;  ///< "fft", "simulate", ...
  std::string quantity;   ///< what was measured: "forward, 256^3"
  double value = 0;
  std::string unit;        ///< "s", "GB/s", "us/particle/step", "B/particle", ...
  std::string limit = {};  ///< what bounds it: "one pass over memory per axis"; empty: none
  double limit_value = 0;  ///< in the same unit
  /// value / limit_value: a multiple of the least time for durations, a share of the peak for
  /// rates.
  [[nodiscard]] double ratio() const { return value / limit_value; }
};

/// Size and place of a measurement.
struct Options {
  std::size_t n = 64;                     ///< particles, and mesh points, per side
  std::size_t repeats = 3;                ///< the fastest counts
  std::filesystem::path directory = ".";  ///< of scratch files
};

// The components, each in a file of its own; those of the networks are in network_components.hpp.
// All collective.
[[nodiscard]] std::vector<Row> measure_fft(const par::Comm& world, const Options& options);
[[nodiscard]] std::vector<Row> measure_io(const par::Comm& world, const Options& options);
[[nodiscard]] std::vector<Row> measure_snapshot(const par::Comm& world, const Options& options);
/// `tables`: directory of linear tables of the default cosmology.
[[nodiscard]] std::vector<Row> measure_simulate(const par::Comm& world, const Options& options,
                                                const std::filesystem::path& tables);
[[nodiscard]] std::vector<Row> measure_stats(const par::Comm& world, const Options& options);

/// The rows as an aligned table with a heading.
[[nodiscard]] std::string table_text(const std::vector<Row>& rows);
/// The rows as a JSON array of objects.
[[nodiscard]] nlohmann::json rows_json(const std::vector<Row>& rows);

}  // namespace nubox::bench
