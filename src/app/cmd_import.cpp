#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/core/units.hpp"
#include "nubox/gadget/snapshot_writer.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/io/output_check.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/memory_limits.hpp"
#include "nubox/snapshot/import.hpp"
#include "nubox/snapshot/imported_header.hpp"

#include "app/commands.hpp"
#include "app/file_system.hpp"
#include "app/options/reader.hpp"
#include "app/resources.hpp"
#include "app/run_record.hpp"
#include "app/setup.hpp"

#include <cmath>
#include <filesystem>
#include <optional>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

snapshot::MapChoice map_choice(const config::Config& config) {
  const std::string name = config.text("import.id_map");
  if (name == "ics") return snapshot::MapChoice::ics;
  if (name == "tiles" || name == "tiles64") return snapshot::MapChoice::tiles;
  if (name == "rowmajor") return snapshot::MapChoice::row_major;
  return snapshot::MapChoice::automatic;
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

/// The options for initial conditions, which have a redshift of their own.
gadget::ReaderOptions ics_options(const config::Config& config) {
  gadget::ReaderOptions options = reader_options(config);
  options.redshift.reset();
  return options;
}

/// Linear expectation of the rms displacement, if the tables are of this cosmology. Collective.
std::optional<snapshot::ExpectedRms> expectation(const par::Comm& world,
                                                 const config::Config& config,
                                                 const io::FieldHeader& header) {
  const cosmology::Parameters& parameters = header.cosmology;
  try {
    const auto directory = par::agree(
        world, [&] { return find_shipped(config.text("cosmology.tables"), "cosmology"); });
    const auto tables = cosmology::LinearTables::load(world, directory, parameters);
    return par::agree(world, [&] {
      const double a = units::scale_factor(header.redshift);
      const auto source = header.cosmology.M_nu_eV > 0 ? cosmology::NeutrinoSource::table
                                                       : cosmology::NeutrinoSource::none;
      const cosmology::LinearTheory theory(parameters, tables, source, a);
      return snapshot::expected_rms(theory, a, header.box_size_mpch, header.n);
    });
  } catch (const Error& error) {
    if (error.code() != ExitCode::input || !error.agreed()) throw;
    log::info("the rms displacement is not held against linear theory: {}", error.what());
    return std::nullopt;
  }
}

void log_header(const gadget::Header& about, const io::FieldHeader& header) {
  log::info(
      "{} in {} file{}: {} CDM particles{}, {} Mpc/h at z = {:g}, Omega_m = {:g}, M_nu = {:g} eV; "
      "lengths in {} ({}), velocities {}",
      about.format, about.files, about.files > 1 ? "s" : "",
      about.counts[static_cast<std::size_t>(about.cdm_type)],
      about.counts[static_cast<std::size_t>(about.neutrino_type)] > 0 ? " and neutrinos" : "",
      header.box_size_mpch, header.redshift, header.cosmology.Omega_m, header.cosmology.M_nu_eV,
      about.length_unit, about.length_evidence, about.velocity_convention);
}

/// Refuses what the import would stumble over, before any particle is read.
void require_possible(const config::Config& config, const gadget::Header& about) {
  const bool ics = !config.text("import.ics").empty();
  const std::string map = config.text("import.id_map");
  if (map == "ics" && !ics) throw UsageError("import.id_map = ics needs import.ics");
  if (ics && map != "ics" && map != "auto") {
    throw UsageError("import.ics and import.id_map = {} are two answers to one question", map);
  }
  if (config.text("import.neutrinos") == "density" &&
      about.counts[static_cast<std::size_t>(about.neutrino_type)] == 0) {
    throw InputError("import.neutrinos = density, but the snapshot holds no neutrinos");
  }
}

/// What a rank allocates for its share: two fields, a mesh of neutrinos, the sites of all IDs where
/// these come from initial conditions.
std::uint64_t needed_bytes(const par::Comm& world, const config::Config& config, std::size_t n) {
  constexpr double fields = 24, table = 16;  // bytes per particle
  const auto cube = [](std::size_t side) { return std::pow(static_cast<double>(side), 3); };
  double bytes = (fields + (config.text("import.ics").empty() ? 0 : table)) * cube(n);
  if (config.text("import.neutrinos") == "density") {
    const std::size_t mesh = config.size("import.nu_mesh");
    bytes += 2 * sizeof(float) * cube(mesh == 0 ? n : mesh);
  }
  return static_cast<std::uint64_t>(bytes / world.size());
}

}  // namespace

void import_box(const par::Comm& world, const config::Config& config) {
  const fs::path in = par::agree(world, [&] { return config.required_text("import.snapshot"); });
  const fs::path ics_path = config.text("import.ics"), out = config.text("import.out");
  Stopwatch watch;
  const auto snapshot = gadget::Snapshot::open(world, in, reader_options(config));
  std::optional<gadget::Snapshot> ics;
  if (!ics_path.empty()) {
    ics.emplace(gadget::Snapshot::open(world, ics_path, ics_options(config)));
  }
  const io::Attributes noted = gadget::read_provenance(world, snapshot.files().front());
  io::FieldHeader header = par::agree(world, [&] {
    return snapshot::imported_header(snapshot.header(), noted, supplied_header(config));
  });
  log_header(snapshot.header(), header);
  par::agree(world, [&] { require_possible(config, snapshot.header()); });
  std::vector<fs::path> inputs = snapshot.files();
  if (ics) inputs.insert(inputs.end(), ics->files().begin(), ics->files().end());
  const auto out_bytes =
      static_cast<std::uint64_t>(field_file_bytes(static_cast<double>(header.n)));
  io::check_outputs(
      world, std::vector<io::PlannedFile>{{out, {io::field_format, header.origin}, out_bytes}},
      inputs);
  const std::uint64_t bytes = needed_bytes(world, config, header.n);
  if (config.dry_run()) log::info("dry run: about {} per rank", memory::text(bytes));
  if (config.check_only() || config.dry_run()) return;
  par::require_memory(world, bytes, "importing " + in.string());
  snapshot::ImportOptions options;
  options.id_map = map_choice(config);
  options.tile = config.text("import.id_map") == "tiles64" ? 64 : config.size("import.tile");
  options.ics = ics ? &*ics : nullptr;
  options.expected = expectation(world, config, header);
  field::Box box = snapshot::import_cdm(world, snapshot, std::move(header), options);
  const double read_s = watch.restart();

  std::optional<field::LatticeField> density_nu;
  if (config.text("import.neutrinos") == "density") {
    const std::size_t mesh = config.size("import.nu_mesh");
    density_nu = snapshot::import_neutrinos(world, snapshot, mesh == 0 ? box.header.n : mesh);
    box.header.extra[io::density_nu_window] = "cic";
  }
  const io::OutputLock lock = claim_output(world, out);
  write_run_record(world, out.parent_path(), config, inputs);
  field::write_box(out, box, density_nu ? &*density_nu : nullptr).finish();
  const double payload = 28e-9 * std::pow(static_cast<double>(box.header.n), 3);
  const auto peak = world.all_reduce(memory::peak_rss_bytes());
  log::info(
      "{}: {:.3g} GB of particles read and placed in {:.2f} s ({:.2f} GB/s), written in {:.2f} s; "
      "peak memory of all ranks {}",
      out.string(), payload, read_s, payload / read_s, watch.seconds(), memory::text(peak));
}

}  // namespace nubox::app
