#include "app/options/import.hpp"

#include "nubox/core/error.hpp"

#include "app/options/choice.hpp"
#include "app/options/reader.hpp"

#include <optional>
#include <string>

namespace nubox::app {
namespace {

bool wants_neutrinos(const config::Config& config) {
  return config.text("import.neutrinos") == "density";
}

}  // namespace

gadget::ReaderOptions ics_reader_options(const config::Config& config) {
  gadget::ReaderOptions options = reader_options(config);
  options.redshift.reset();
  return options;
}

snapshot::SuppliedHeader supplied_header(const config::Config& config) {
  const auto number = [&](const char* name) {
    return snapshot::ConfiguredNumber{config.number(name), config.given(name)};
  };
  const auto mesh_factor = config.integer("import.mesh_factor");
  return {.Omega_b = number("cosmology.Omega_b"),
          .n_s = number("cosmology.n_s"),
          .A_s = number("cosmology.A_s"),
          .seed = config.integer("import.seed"),
          .mesh_factor = mesh_factor >= 0 ? std::optional(mesh_factor) : std::nullopt};
}

snapshot::ImportOptions import_options(const config::Config& config) {
  snapshot::ImportOptions options;
  options.id_map = chosen<snapshot::MapChoice>(config, "import.id_map",
                                               {{"auto", snapshot::MapChoice::automatic},
                                                {"ics", snapshot::MapChoice::ics},
                                                {"tiles", snapshot::MapChoice::tiles},
                                                {"tiles64", snapshot::MapChoice::tiles},
                                                {"rowmajor", snapshot::MapChoice::row_major}});
  options.outliers = chosen<snapshot::OutlierChoice>(
      config, "import.outliers",
      {{"refuse", snapshot::OutlierChoice::refuse}, {"warn", snapshot::OutlierChoice::warn}});
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
