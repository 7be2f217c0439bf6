#pragma once

#include "nubox/io/table_file.hpp"
#include "nubox/stats/statistic.hpp"

#include <string>
#include <vector>

namespace nubox::stats {

inline constexpr const char* units_of_power = "(Mpc/h)^3";

/// One group of a stats file: adds datasets and attributes below its name.
class TableGroup {
 public:
  TableGroup(io::TableFile& table, std::string name) : table_(table), name_(std::move(name)) {
    table_.group_attributes[name_];
  }

  /// A column; an empty one (no target) is omitted.
  template <class T>
  void add(const std::string& dataset, std::vector<T> values, const std::string& units,
           const std::string& description) {
    const std::vector<std::size_t> shape{values.size()};
    add(dataset, std::move(values), shape, units, description);
  }
  /// A row-major array.
  template <class T>
  void add(const std::string& dataset, std::vector<T> values, std::vector<std::size_t> shape,
           const std::string& units, const std::string& description) {
    if (values.empty()) return;
    table_.arrays[name_ + "/" + dataset] = {std::move(shape), std::move(values), units,
                                            description};
  }
  [[nodiscard]] io::Attributes& attributes() { return table_.group_attributes[name_]; }
  /// Box, mesh, assignment and node rule of the painted meshes.
  void describe_mesh(const SharedMeshes& shared);

 private:
  io::TableFile& table_;
  std::string name_;
};

/// model / target by bin; NaN or infinite where the target is zero.
[[nodiscard]] std::vector<double> ratio_of(const std::vector<double>& model,
                                           const std::vector<double>& target);
/// Lowest, highest and number of values to the values. @throws UsageError for other lists
[[nodiscard]] std::vector<double> evenly_spaced(const std::vector<double>& range);

// The statistics, each in a separate file; the registry lists them.
[[nodiscard]] Statistic power_statistic(const StatsOptions& options);
[[nodiscard]] Statistic multipoles_statistic(const StatsOptions& options);
[[nodiscard]] Statistic bispectrum_statistic(const StatsOptions& options);
[[nodiscard]] Statistic pdf_statistic(const StatsOptions& options);
[[nodiscard]] Statistic residual_statistic(const StatsOptions& options);
[[nodiscard]] Statistic seams_statistic(const StatsOptions& options);
[[nodiscard]] Statistic correlation_statistic(const StatsOptions& options);
[[nodiscard]] Statistic marked_statistic(const StatsOptions& options);
[[nodiscard]] Statistic minkowski_statistic(const StatsOptions& options);
[[nodiscard]] Statistic knn_statistic(const StatsOptions& options);
[[nodiscard]] Statistic haloes_statistic(const StatsOptions& options);
[[nodiscard]] Statistic voids_statistic(const StatsOptions& options);

}  // namespace nubox::stats
