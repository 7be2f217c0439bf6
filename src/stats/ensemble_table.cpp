#include "nubox/core/error.hpp"
#include "nubox/stats/ensemble.hpp"
#include "nubox/stats/power.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace nubox::stats {
namespace {

/// Longest column whose covariance is written: 32 MiB.
constexpr std::size_t largest_covariance = 2048;

using Samples = std::vector<std::vector<double>>;

std::optional<std::vector<double>> as_doubles(const io::Array& array) {
  if (const auto* values = std::get_if<std::vector<double>>(&array.values)) return *values;
  if (const auto* counts = std::get_if<std::vector<std::uint64_t>>(&array.values)) {
    return std::vector<double>(counts->begin(), counts->end());
  }
  return std::nullopt;
}

/// The column of every realisation. None if one lacks it or has another shape, or for a catalogue
/// of objects, whose entries do not correspond between realisations.
std::optional<Samples> samples_of(std::span<const io::TableFile> realisations,
                                  const std::string& path) {
  if (path.find("/catalogue_") != std::string::npos) return std::nullopt;
  Samples samples;
  const auto& shape = realisations.front().arrays.at(path).shape;
  for (const io::TableFile& realisation : realisations) {
    const auto found = realisation.arrays.find(path);
    if (found == realisation.arrays.end() || found->second.shape != shape) return std::nullopt;
    auto values = as_doubles(found->second);
    if (!values) return std::nullopt;
    samples.push_back(std::move(*values));
  }
  return samples;
}

bool all_equal(const Samples& samples) {
  return std::all_of(samples.begin(), samples.end(),
                     [&](const auto& sample) { return sample == samples.front(); });
}

/// True if the bin edges depend on the data, so that bins cannot be averaged.
bool has_other_edges(std::span<const io::TableFile> realisations, const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string group = path.substr(0, slash + 1), name = path.substr(slash + 1);
  for (const std::string_view binned : {"edges", "histogram", "outside"}) {
    if (!name.starts_with(binned)) continue;
    const std::string edges = group + "edges" + name.substr(binned.size());
    if (!realisations.front().arrays.contains(edges)) continue;
    const auto samples = samples_of(realisations, edges);
    if (!samples || !all_equal(*samples)) return true;
  }
  return false;
}

/// Adds the arrays of the ensemble one by one.
class Writer {
 public:
  Writer(std::span<const io::TableFile> realisations, io::TableFile& table)
      : realisations_(realisations), table_(table) {}

  void add_column(const std::string& path, const Samples& samples) {
    const io::Array& array = realisations_.front().arrays.at(path);
    const Spread spread = spread_of(samples);
    table_.arrays[path] = {array.shape, spread.mean, array.units,
                           array.description + ", mean over realisations"};
    add(path, "scatter", array.shape, spread.scatter, array.units,
        "standard deviation of one realisation");
    add(path, "error", array.shape, spread.error, array.units,
        "error of the mean: scatter / sqrt(realisations)");
    const std::size_t bins = spread.mean.size();
    if (array.shape.size() == 1 && bins > 1 && bins <= largest_covariance) {
      add(path, "covariance", {bins, bins}, spread.covariance, "square of the units of the column",
          "covariance of one realisation, itself noisy");
      add_inverse(path, spread);
    }
  }

  /// Model over target: mean of ratios and ratio of means, and the scatter of the ratio of one
  /// pair.
  void add_ratio(const std::string& path, const Samples& model, const Samples& target) {
    Samples ratios(model.size());
    for (std::size_t r = 0; r < model.size(); ++r) {
      for (std::size_t i = 0; i < model[r].size(); ++i) {
        ratios[r].push_back(model[r][i] / target[r][i]);
      }
    }
    const Spread of_ratios = spread_of(ratios);
    const Spread a = spread_of(model), b = spread_of(target);
    std::vector<double> of_means;
    for (std::size_t i = 0; i < a.mean.size(); ++i) of_means.push_back(a.mean[i] / b.mean[i]);
    const auto& shape = realisations_.front().arrays.at(path).shape;
    add(path, "mean_of_ratios", shape, of_ratios.mean, "", "mean over pairs of model / target");
    add(path, "ratio_of_means", shape, of_means, "", "mean model / mean target");
    add(path, "ratio_scatter", shape, of_ratios.scatter, "", "scatter of model / target of a pair");
    add(path, "ratio_error", shape, of_ratios.error, "", "error of mean_of_ratios");
  }

  /// T and r of the mean spectra. Their means over realisations are in /power.
  void add_spectra_of_means() {
    const auto mean = [&](const char* name) {
      return std::get<std::vector<double>>(table_.arrays.at(std::string("power/") + name).values);
    };
    const auto model = mean("p_model"), target = mean("p_target"), cross = mean("p_cross");
    std::vector<double> transfer, correlation;
    for (std::size_t i = 0; i < model.size(); ++i) {
      transfer.push_back(transfer_of(model[i], target[i]));
      correlation.push_back(correlation_of(cross[i], model[i], target[i]));
    }
    add("power/transfer", "ratio_of_means", {transfer.size()}, transfer, "",
        "sqrt(mean p_model / mean p_target)");
    add("power/correlation", "ratio_of_means", {correlation.size()}, correlation, "",
        "mean p_cross / sqrt(mean p_model mean p_target)");
  }

 private:
  void add(const std::string& path, const std::string& name, std::vector<std::size_t> shape,
           std::vector<double> values, const std::string& units, const std::string& description) {
    table_.arrays["ensemble/" + path + "/" + name] = {std::move(shape), std::move(values), units,
                                                      description};
  }

  /// The inverse covariance if there are enough realisations, else the reason.
  void add_inverse(const std::string& path, const Spread& spread) {
    io::Attributes& attributes = table_.group_attributes["ensemble/" + path];
    const std::size_t bins = spread.mean.size();
    try {
      const double factor = hartlap_factor(realisations_.size(), bins);
      std::vector<double> inverse = inverse_of(spread.covariance, bins);
      for (double& value : inverse) value *= factor;
      attributes["hartlap_factor"] = factor;
      add(path, "inverse_covariance", {bins, bins}, std::move(inverse),
          "inverse of the units of the covariance", "inverse covariance, Hartlap factor applied");
    } catch (const Error& error) {
      attributes["inverse_covariance"] = std::string("refused: ") + error.what();
    }
  }

  std::span<const io::TableFile> realisations_;
  io::TableFile& table_;
};

/// "power/p_model" -> "power/p_target"; empty for other columns.
std::string target_of(const std::string& path) {
  const std::string ending = "_model";
  if (!path.ends_with(ending)) return {};
  return path.substr(0, path.size() - ending.size()) + "_target";
}

}  // namespace

io::TableFile combine(std::span<const io::TableFile> realisations) {
  if (realisations.size() < 2) throw UsageError("an ensemble needs two realisations or more");
  const io::TableFile& first = realisations.front();
  io::TableFile table;
  table.format = first.format;
  table.attributes = first.attributes;
  table.group_attributes = first.group_attributes;
  table.attributes["realisations"] = static_cast<std::int64_t>(realisations.size());
  table.attributes["mean_rule"] =
      "columns are means over realisations (of T, r and other ratios: means of ratios); "
      "ratio_of_means below /ensemble";
  Writer writer(realisations, table);
  std::string left_out;
  for (const auto& [path, array] : first.arrays) {
    const auto samples = samples_of(realisations, path);
    if (!samples || samples->front().empty() || has_other_edges(realisations, path)) {
      left_out += (left_out.empty() ? "" : " ") + path;
      continue;
    }
    if (all_equal(*samples)) {
      table.arrays[path] = array;
      continue;
    }
    writer.add_column(path, *samples);
    const std::string target_path = target_of(path);
    if (!first.arrays.contains(target_path)) continue;
    const auto target = samples_of(realisations, target_path);
    if (target && first.arrays.at(target_path).shape == array.shape) {
      writer.add_ratio(path, *samples, *target);
    }
  }
  const bool spectra = table.arrays.contains("power/transfer") &&
                       table.arrays.contains("ensemble/power/p_model/error") &&
                       table.arrays.contains("ensemble/power/p_cross/error") &&
                       table.arrays.contains("ensemble/power/p_target/error");
  if (spectra) writer.add_spectra_of_means();
  if (!left_out.empty()) table.attributes["left_out"] = left_out;
  return table;
}

}  // namespace nubox::stats
