#include "app/options/import.hpp"

#include "nubox/gadget/expand_inputs.hpp"

#include "app/options/choice.hpp"
#include "app/options/cosmology.hpp"
#include "app/options/reader.hpp"

#include <optional>

namespace nubox::app {
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

snapshot::ImportRequest import_request(const config::Config& config) {
  snapshot::ImportRequest request{
      .tasks = snapshot::plan_imports(
          gadget::expand_inputs(config.list_text("import.snapshot"), "import.snapshot"),
          gadget::expand_inputs(config.list_text("import.ics"), "import.ics"),
          config.text("import.out")),
      .reader = reader_options(config),
      .ics_reader = reader_options(config),
      .supplied = supplied_header(config),
      .options = import_options(config),
      .neutrinos = config.text("import.neutrinos") == "density",
      .neutrino_mesh = config.size("import.nu_mesh"),
      .tables = tables_directory(config),
      .checks_only = config.check_only() || config.dry_run(),
      .for_another_machine = config.dry_run()};
  request.ics_reader.redshift.reset();  // another one
  return request;
}

}  // namespace nubox::app
