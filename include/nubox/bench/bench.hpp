#pragma once

#include "nubox/par/comm.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

/// Components of `nubox bench`. Each measures its work and, in the same run, the limit that the
/// machine sets to it: their ratio can be compared even if other work disturbs the machine.
namespace nubox::bench {

/// One measured value, with or without a limit.
struct Row {
  std::string component;  ///< "fft", "simulate", ...
  std::string quantity;   ///< what was measured: "forward, 256^3"
  double value = 0;
  std::string unit;        ///< "s", "GB/s", "us/particle/step", "B/particle", ...
  std::string limit = {};  ///< what limits it: "one pass over memory per axis"; empty: none
  double limit_value = 0;  ///< in the same unit
  /// For durations a multiple of the shortest possible one, for rates a fraction of the peak.
  [[nodiscard]] double ratio() const { return value / limit_value; }
};

/// Size and directory of a measurement.
struct Options {
  std::size_t n = 64;                     ///< particles, and mesh points, per side
  std::size_t repeats = 3;                ///< the fastest is taken
  std::filesystem::path directory = ".";  ///< of temporary files
};

// The components; those of the networks are in network_components.hpp. All collective.
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
