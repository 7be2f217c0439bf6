#include "nubox/net/model_file.hpp"

#include "nubox/core/build_info.hpp"
#include "nubox/core/error.hpp"
#include "nubox/io/named_table.hpp"
#include "nubox/net/model_attributes.hpp"
#include "nubox/par/agree.hpp"

#include "net/card_names.hpp"

#include <sstream>

namespace nubox::net {
namespace {

io::Array doubles(const std::vector<double>& values, std::string units, std::string description) {
  return {{values.size()}, values, std::move(units), std::move(description)};
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> names;
  std::istringstream stream(text);
  for (std::string name; std::getline(stream, name, ',');) names.push_back(name);
  return names;
}

}  // namespace

void write_card(const ModelCard& card, io::TableFile& table) {
  io::Attributes& root = table.attributes;
  root = card.extra;
  write_attributes(card.architecture, root);
  const Footprint reach = footprint(card.architecture);
  root["halo"] = static_cast<std::int64_t>(reach.halo);
  root["stride"] = static_cast<std::int64_t>(reach.stride);
  root["prior"] = prior::name_of(card.prior);
  root["features"] = joined(card.features);
  root["output_scale_mpch"] = card.output_scale_mpch;
  root["box_size_mpch"] = card.data.box_size_mpch;
  root["n"] = static_cast<std::int64_t>(card.data.n);
  root["lattice_spacing_mpch"] = card.lattice_spacing_mpch();
  root["redshift"] = card.data.redshift;
  for (const auto& [name, member] : cosmology::parameter_fields) {
    if (member != &cosmology::Parameters::M_nu_eV) root[name] = card.data.cosmology.*member;
  }
  root["data_manifest"] = card.data_manifest;
  root["code_version"] = card.code_version.empty() ? version_text() : card.code_version;
  for (const auto& [name, value] : card.metrics) table.group_attributes["metrics"][name] = value;
  table.arrays["feature_scales"] =
      doubles(card.feature_scales, "as the feature", "each input channel is divided by its scale");
  prior::write_calibration(card.calibration, "calibration", table);
  prior::write_calibration(card.output_calibration, "output_calibration", table);
  table.arrays["force_classes"] = {
      {card.force_classes.size()},
      std::vector<std::int64_t>(card.force_classes.begin(), card.force_classes.end()),
      "1",
      "force mesh per particle spacing of the inputs trained on; 0: not told"};
  if (!card.force_class_velocity_mpch.empty()) {
    table.arrays["force_class_velocity"] =
        doubles(card.force_class_velocity_mpch, "Mpc/h",
                "rms of the residual velocities of the inputs of each force class");
  }
  table.arrays["masses"] = doubles(card.masses_eV, "eV", "total neutrino masses trained on");
}

ModelCard read_card(const io::TableFile& table) {
  const io::Attributes& root = table.attributes;
  ModelCard card;
  card.architecture = read_architecture(root);
  card.prior = from_file([&] { return prior::kind_of(attribute<std::string>(root, "prior")); });
  card.calibration = prior::read_calibration(table, "calibration");
  card.output_calibration = prior::read_calibration(table, "output_calibration");
  const auto& classes = io::column<std::int64_t>(table, "force_classes");
  card.force_classes.assign(classes.begin(), classes.end());
  if (table.arrays.contains("force_class_velocity")) {
    card.force_class_velocity_mpch = io::column<double>(table, "force_class_velocity");
    if (card.force_class_velocity_mpch.size() != classes.size()) {
      throw InputError("force_class_velocity and force_classes have {} and {} entries",
                       card.force_class_velocity_mpch.size(), classes.size());
    }
  }
  card.features = split(attribute<std::string>(root, "features"));
  card.feature_scales = io::column<double>(table, "feature_scales");
  card.output_scale_mpch = attribute<double>(root, "output_scale_mpch");
  card.data.box_size_mpch = attribute<double>(root, "box_size_mpch");
  card.data.n = attribute<std::size_t>(root, "n");
  card.data.redshift = attribute<double>(root, "redshift");
  for (const auto& [name, member] : cosmology::parameter_fields) {
    if (member == &cosmology::Parameters::M_nu_eV) continue;
    card.data.cosmology.*member = attribute<double>(root, name);
  }
  card.masses_eV = io::column<double>(table, "masses");
  card.data_manifest = attribute<std::string>(root, "data_manifest");
  card.code_version = attribute<std::string>(root, "code_version");
  if (const auto metrics = table.group_attributes.find("metrics");
      metrics != table.group_attributes.end()) {
    for (const auto& [name, value] : metrics->second) {
      if (const double* number = std::get_if<double>(&value)) card.metrics[name] = *number;
    }
  }
  io::TableFile known;
  write_card(card, known);
  for (const auto& [name, value] : root) {
    if (!known.attributes.contains(name)) card.extra[name] = value;
  }
  return card;
}

void save_card(const par::Comm& comm, const std::filesystem::path& path, const ModelCard& card) {
  io::TableFile table;
  table.format = model_format;
  table.version = model_format_version;
  write_card(card, table);
  io::write_table_file(comm, path, table);
}

std::vector<std::string> card_names(const io::Attributes& root) {
  // A card with everything that is optional: the names that are written are the ones to read.
  ModelCard card;
  card.architecture = read_architecture(root);
  card.calibration = {{0.0}, {prior::CalibrationPoint{}}};
  card.output_calibration = card.calibration;
  card.metrics["any"] = 0;
  card.force_class_velocity_mpch = {0};
  io::TableFile table;
  write_card(card, table);
  std::vector<std::string> names;
  for (const auto& [path, array] : table.arrays) names.push_back(path);
  for (const auto& [path, attributes] : table.group_attributes) names.push_back(path + "/");
  return names;
}

ModelCard load_card(const par::Comm& comm, const std::filesystem::path& path) {
  const io::TableFile table = io::read_named_table(comm, path, model_format, card_names).table;
  return par::agree(comm, [&] {
    try {
      return read_card(table);
    } catch (const InputError& error) {
      throw InputError("{}: {}", path.string(), error.what());
    }
  });
}

}  // namespace nubox::net
