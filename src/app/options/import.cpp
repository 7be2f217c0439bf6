#include "app/options/import.hpp"

#include "nubox/core/error.hpp"

#include "app/options/choice.hpp"

#include <optional>
#include <string>

namespace nubox::app {
namespace {

bool wants_neutrinos(const config::Config& config) {
  return config.text("import.neutrinos") == "density";
}

/// The value of an option whose default means "as in the file".
std::optional<double> given_above(double none, const config::Config& config, const char* key) {
  const double value = config.number(key);
  return value > none ? std::optional(value) : std::nullopt;
}

}  // namespace

gadget::ReaderOptions ics_reader_options(const config::Config& config) {
  gadget::ReaderOptions options;
  options.length_unit = chosen<gadget::LengthUnit>(config, "import.length_unit",
                                                   {{"auto", gadget::LengthUnit::automatic},
                                                    {"kpch", gadget::LengthUnit::kpch},
                                                    {"mpch", gadget::LengthUnit::mpch}});
  options.box_size_mpch = given_above(0, config, "import.box_size_mpch");
  options.Omega_m = given_above(0, config, "import.Omega_m");
  options.h = given_above(0, config, "import.h");
  return options;
}

gadget::ReaderOptions snapshot_reader_options(const config::Config& config) {
  gadget::ReaderOptions options = ics_reader_options(config);
  options.redshift = given_above(-1, config, "import.redshift");
  return options;
}

snapshot::SuppliedCosmology supplied_cosmology(const config::Config& config) {
  const double mass = config.number("import.mnu_eV");
  return {.Omega_b = config.number("cosmology.Omega_b"),
          .n_s = config.number("cosmology.n_s"),
          .A_s = config.number("cosmology.A_s"),
          .M_nu_eV = mass >= 0 ? std::optional(mass) : std::nullopt,
          .seed = config.integer("import.seed")};
}

snapshot::ImportOptions import_options(const config::Config& config) {
  snapshot::ImportOptions options;
  options.id_map = chosen<snapshot::MapChoice>(config, "import.id_map",
                                               {{"auto", snapshot::MapChoice::automatic},
                                                {"ics", snapshot::MapChoice::ics},
                                                {"tiles", snapshot::MapChoice::tiles},
                                                {"tiles64", snapshot::MapChoice::tiles},
                                                {"rowmajor", snapshot::MapChoice::row_major}});
  options.tile = config.text("import.id_map") == "tiles64" ? 64 : config.size("import.tile");
  return options;
}

std::size_t neutrino_mesh(const config::Config& config, std::size_t n) {
  if (!wants_neutrinos(config)) return 0;
  const std::size_t mesh = config.size("import.nu_mesh");
  return mesh == 0 ? n : mesh;
}

void require_importable(const config::Config& config, const gadget::Header& header) {
  const bool ics = !config.text("import.ics").empty();
  const std::string map = config.text("import.id_map");
  if (map == "ics" && !ics) throw UsageError("import.id_map = ics needs import.ics");
  if (ics && map != "ics" && map != "auto") {
    throw UsageError(
        "import.ics and import.id_map = {} contradict each other: with initial conditions use "
        "import.id_map = ics or auto",
        map);
  }
  if (wants_neutrinos(config) &&
      header.counts[static_cast<std::size_t>(header.neutrino_type)] == 0) {
    throw InputError("import.neutrinos = density, but the snapshot contains no neutrinos");
  }
}

}  // namespace nubox::app
