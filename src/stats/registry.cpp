#include "nubox/core/error.hpp"
#include "nubox/stats/statistic.hpp"

#include "stats/table_group.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::stats {
namespace {

struct Entry {
  const char* name;
  Statistic (*make)(const StatsOptions&);
};

/// In running order. Statistics with another mass assignment are last, since their modes replace
/// the shared ones.
constexpr Entry registry[] = {{"power", power_statistic},
                              {"multipoles", multipoles_statistic},
                              {"correlation", correlation_statistic},
                              {"bispectrum", bispectrum_statistic},
                              {"marked", marked_statistic},
                              {"pdf", pdf_statistic},
                              {"residual", residual_statistic},
                              {"seams", seams_statistic},
                              {"minkowski", minkowski_statistic},
                              {"knn", knn_statistic},
                              {"haloes", haloes_statistic},
                              {"voids", voids_statistic}};

}  // namespace

std::vector<std::string> statistic_names() {
  std::vector<std::string> names;
  for (const Entry& entry : registry) names.emplace_back(entry.name);
  return names;
}

std::vector<Statistic> statistics_of(const StatsOptions& options) {
  const auto& wanted = options.statistics;
  std::vector<Statistic> statistics;
  std::string left_out;
  for (const Entry& entry : registry) {
    if (std::find(wanted.begin(), wanted.end(), entry.name) == wanted.end()) continue;
    Statistic statistic = entry.make(options);
    const auto checksum = options.settings_checksums.find(entry.name);
    if (checksum != options.settings_checksums.end()) {
      statistic.settings_checksum = checksum->second;
    }
    if (statistic.needs_target && !options.has_target) {
      left_out = entry.name;
    } else {
      statistics.push_back(std::move(statistic));
    }
  }
  if (!statistics.empty()) return statistics;
  if (left_out.empty()) throw UsageError("stats.statistics is empty");
  throw UsageError("stats.statistics = {} needs a stats.target to compare with", left_out);
}

field::Assignment assignment_of(const std::string& name) {
  if (name == "ngp") return field::Assignment::ngp;
  if (name == "cic") return field::Assignment::cic;
  if (name == "tsc") return field::Assignment::tsc;
  if (name == "pcs") return field::Assignment::pcs;
  throw InternalError("unknown mass assignment '{}'", name);
}

std::string name_of(field::Assignment assignment) {
  constexpr const char* names[] = {"ngp", "cic", "tsc", "pcs"};
  return names[static_cast<int>(assignment) - 1];
}

std::vector<double> ratio_of(const std::vector<double>& model, const std::vector<double>& target) {
  std::vector<double> ratio;
  for (std::size_t i = 0; i < model.size(); ++i) ratio.push_back(model[i] / target[i]);
  return ratio;
}

std::vector<double> evenly_spaced(const std::vector<double>& range) {
  if (range.size() != 3 || !(range[0] < range[1]) || !(range[2] >= 2) ||
      range[2] != std::floor(range[2])) {
    throw UsageError("a range needs its lowest value, its highest value and a number of values");
  }
  std::vector<double> values;
  const auto count = static_cast<std::size_t>(range[2]);
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(range[0] + (range[1] - range[0]) * static_cast<double>(i) / (range[2] - 1));
  }
  return values;
}

void TableGroup::describe_mesh(const SharedMeshes& shared) {
  attributes()["box_size_mpch"] = shared.box_size_mpch();
  attributes()["mesh"] = static_cast<std::int64_t>(shared.mesh_n());
  attributes()["assignment"] = stats::name_of(shared.assignment());
  attributes()["node_position"] = "nodes at x = i L / mesh";
}

}  // namespace nubox::stats
