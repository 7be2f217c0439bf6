#include "nubox/stats/stats_file.hpp"

#include "nubox/core/build_info.hpp"

#include <cmath>

namespace nubox::stats {
namespace {

constexpr const char* power_units = "(Mpc/h)^3";

std::string assignment_name(field::Assignment assignment) {
  switch (assignment) {
    case field::Assignment::ngp:
      return "ngp";
    case field::Assignment::tsc:
      return "tsc";
    case field::Assignment::pcs:
      return "pcs";
    case field::Assignment::cic:
      break;
  }
  return "cic";
}

std::string filter_name(TopHatKind kind) {
  return kind == TopHatKind::discrete ? "discrete" : "analytic";
}

/// Adds datasets of one group; empty columns (no target) are left out.
class Group {
 public:
  Group(io::TableFile& table, std::string name) : table_(table), name_(std::move(name)) {}

  template <class T>
  void add(const std::string& dataset, std::vector<T> values, const std::string& units,
           const std::string& description) {
    if (values.empty()) return;
    const std::vector<std::size_t> shape{values.size()};
    table_.arrays[name_ + "/" + dataset] = {shape, std::move(values), units, description};
  }
  io::Attributes& attributes() { return table_.group_attributes[name_]; }

 private:
  io::TableFile& table_;
  std::string name_;
};

io::Attributes root_attributes(const Measurement& measurement) {
  const io::FieldHeader& model = measurement.model;
  io::Attributes attributes{{"box_size_mpch", model.box_size_mpch},
                            {"n", static_cast<std::int64_t>(model.n)},
                            {"redshift", model.redshift},
                            {"Omega_m", model.Omega_m},
                            {"Omega_b", model.Omega_b},
                            {"h", model.h},
                            {"n_s", model.n_s},
                            {"A_s", model.A_s},
                            {"species", model.species},
                            {"seed", model.seed},
                            {"M_nu_model_eV", model.M_nu_eV},
                            {"origin_model", model.origin},
                            {"realisations", std::int64_t{1}},
                            {"code_version", version_text()}};
  if (measurement.target) {
    attributes["M_nu_target_eV"] = measurement.target->M_nu_eV;
    attributes["origin_target"] = measurement.target->origin;
    attributes["seed_target"] = measurement.target->seed;
  }
  return attributes;
}

/// Conventions of the painted mesh that power and PDF share.
io::Attributes mesh_attributes(const Measurement& measurement) {
  return {{"box_size_mpch", measurement.model.box_size_mpch},
          {"mesh", static_cast<std::int64_t>(measurement.settings.mesh)},
          {"assignment", assignment_name(measurement.settings.assignment)},
          {"node_position", "nodes at x = i L / mesh"}};
}

void add_power(const Measurement& measurement, io::TableFile& table) {
  const PowerTable& power = *measurement.power;
  const Settings& settings = measurement.settings;
  Group group(table, "power");
  group.add("k_edges", power.k_edges_hmpc, "h/Mpc", "edges of the bins, lower edge included");
  group.add("k", power.k_hmpc, "h/Mpc", "mean |k| of the modes in the bin");
  group.add("modes", power.modes, "", "modes in the bin, k and -k counted");
  group.add("p_model", power.p_model, power_units, "power spectrum of the model");
  group.add("p_target", power.p_target, power_units, "power spectrum of the target");
  group.add("p_cross", power.p_cross, power_units, "cross spectrum of model and target");
  group.add("transfer", power.transfer, "", "T = sqrt(p_model / p_target)");
  group.add("correlation", power.correlation, "", "r = p_cross / sqrt(p_model p_target)");

  io::Attributes& attributes = group.attributes();
  attributes = mesh_attributes(measurement);
  attributes["deconvolution"] = "modes divided by the assignment window, sinc^p per axis";
  attributes["interlacing"] =
      settings.interlace ? "two meshes half a cell apart, Nyquist planes left out" : "none";
  attributes["shot_noise"] =
      settings.subtract_shot_noise ? "V / N_p subtracted from p_model and p_target" : "raw";
  attributes["shot_noise_power"] = power.shot_noise;
  attributes["bin_rule"] = "n <= |q| < n + 1 in units of 2 pi / L, n = 1, 2, ..., integer modes q";
  attributes["mode_count_rule"] = "k and -k counted";
  attributes["k_nyquist_hmpc"] =
      std::acos(-1.0) * static_cast<double>(settings.mesh) / measurement.model.box_size_mpch;
}

void add_pdf_of(const PdfTable& pdf, const std::vector<double>& edges, double cells,
                const std::string& name, Group& group) {
  std::vector<double> fraction, density;
  for (std::size_t i = 0; i < pdf.histogram.counts.size(); ++i) {
    fraction.push_back(static_cast<double>(pdf.histogram.counts[i]) / cells);
    density.push_back(fraction.back() / std::log(edges[i + 1] / edges[i]));
  }
  const Moments& m = pdf.moments;
  group.add("counts_" + name, pdf.histogram.counts, "", "cells per bin of 1 + delta_R");
  group.add("outside_" + name,
            std::vector<std::uint64_t>{pdf.histogram.underflow, pdf.histogram.overflow}, "",
            "cells below the first and from the last edge on");
  group.add("fraction_" + name, fraction, "", "fraction of cells per bin");
  group.add("density_" + name, density, "", "dp / d ln(1 + delta_R)");
  group.add("moments_" + name, std::vector<double>{m.mean, m.variance, m.s3, m.s4, m.min, m.max},
            "", "mean, variance, S3, S4, minimum, maximum of 1 + delta_R");
}

void add_pdf(const Measurement& measurement, io::TableFile& table) {
  const Settings& settings = measurement.settings;
  const double cells = std::pow(static_cast<double>(settings.mesh), 3);
  Group group(table, "pdf");
  group.add("edges", settings.edges, "", "edges of 1 + delta_R, lower edge included");
  add_pdf_of(*measurement.pdf_model, settings.edges, cells, "model", group);
  if (measurement.pdf_target) {
    add_pdf_of(*measurement.pdf_target, settings.edges, cells, "target", group);
  }
  io::Attributes& attributes = group.attributes();
  attributes = mesh_attributes(measurement);
  attributes["deconvolution"] = "none";
  attributes["quantity"] = "ratio 1 + delta_R = rho_R / mean";
  attributes["filter"] = filter_name(settings.filter) + " top-hat";
  attributes["radius_mpch"] = settings.radius_mpch;
  attributes["effective_radius_mpch"] = measurement.filter_effective_radius_mpch;
  attributes["filter_cells"] = static_cast<std::int64_t>(measurement.filter_cells);
  attributes["bin_rule"] = "half-open [edge_i, edge_i+1)";
}

void add_error(const VectorError& error, const std::string& name, const std::string& units,
               Group& group) {
  const auto by_component = [](const std::array<double, 3>& values) {
    return std::vector<double>(values.begin(), values.end());
  };
  group.add(name + "_mean_abs", by_component(error.mean_abs), units,
            "mean |model - target| over sites, by component");
  group.add(name + "_rms", by_component(error.rms), units,
            "rms of model - target over sites, by component");
  group.add(name + "_mean_length", std::vector<double>{error.mean_length}, units,
            "mean length of the vector model - target over sites");
}

void add_residual(const Measurement& measurement, io::TableFile& table) {
  Group group(table, "residual");
  group.attributes() = {{"box_size_mpch", measurement.model.box_size_mpch},
                        {"n", static_cast<std::int64_t>(measurement.model.n)},
                        {"quantity", "model - target at the same Lagrangian site"}};
  add_error(*measurement.displacement_error, "displacement", "Mpc/h", group);
  if (measurement.velocity_error) {
    add_error(*measurement.velocity_error, "velocity", "km/s", group);
  }
}

}  // namespace

io::TableFile to_table(const Measurement& measurement) {
  io::TableFile table;
  table.format = "nubox-stats";
  table.attributes = root_attributes(measurement);
  if (measurement.power) add_power(measurement, table);
  if (measurement.pdf_model) add_pdf(measurement, table);
  if (measurement.displacement_error) add_residual(measurement, table);
  return table;
}

}  // namespace nubox::stats
