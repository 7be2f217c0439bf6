#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/gadget/snapshot_writer.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/io/output_check.hpp"
#include "nubox/io/output_lock.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/memory_limits.hpp"
#include "nubox/snapshot/import.hpp"
#include "nubox/snapshot/imported_header.hpp"

#include "app/commands.hpp"
#include "app/options/cosmology.hpp"
#include "app/options/import.hpp"
#include "app/options/reader.hpp"
#include "app/run_record.hpp"

#include <filesystem>
#include <optional>

namespace nubox::app {

void import_box(const par::Comm& world, const config::Config& config) {
  namespace fs = std::filesystem;
  // 1. Headers of the snapshot and of its initial conditions.
  const fs::path in = par::agree(world, [&] { return config.required_text("import.snapshot"); });
  const fs::path ics_path = config.text("import.ics"), out = config.text("import.out");
  Stopwatch watch;
  const auto snapshot = gadget::Snapshot::open(world, in, reader_options(config));
  std::optional<gadget::Snapshot> ics;
  if (!ics_path.empty()) {
    ics.emplace(gadget::Snapshot::open(world, ics_path, ics_reader_options(config)));
  }
  const io::Attributes stored = gadget::read_provenance(world, snapshot.files().front());
  io::FieldHeader header = par::agree(world, [&] {
    return snapshot::imported_header(snapshot.header(), stored, supplied_header(config));
  });
  log::info("{}", snapshot::summary_text(snapshot.header(), header));

  // 2. Refuse what cannot be imported or written before particles are read.
  par::agree(world, [&] { require_importable(config, snapshot.header()); });
  std::vector<fs::path> inputs = snapshot.files();
  if (ics) inputs.insert(inputs.end(), ics->files().begin(), ics->files().end());
  const std::size_t nu_mesh = neutrino_mesh(config, header.n);
  const io::OutputKind kind = io::field_kind(header.origin);
  // A dry run may be for another machine.
  const auto field_bytes =
      config.dry_run() ? 0 : static_cast<std::uint64_t>(field::box_bytes(header.n));
  io::check_outputs(world, std::vector<io::PlannedFile>{{out, kind, field_bytes}}, inputs);
  const std::uint64_t bytes = snapshot::import_bytes(world, header.n, ics.has_value(), nu_mesh);
  if (config.dry_run()) log::info("dry run: about {} per rank", memory::text(bytes));
  if (config.check_only() || config.dry_run()) return;
  par::require_memory(world, bytes, "importing " + in.string());

  // 3. CDM particles onto their lattice, neutrinos onto a mesh.
  snapshot::ImportOptions options = import_options(config);
  options.ics = ics ? &*ics : nullptr;
  const fs::path tables = par::agree(world, [&] { return tables_directory(config); });
  options.expected = snapshot::expected_rms(world, tables, header);
  field::Box box = snapshot::import_cdm(world, snapshot, std::move(header), options);
  const double read_s = watch.restart();
  std::optional<field::LatticeField> density_nu;
  if (nu_mesh > 0) {
    density_nu = snapshot::import_neutrinos(world, snapshot, nu_mesh);
    box.header.extra[io::density_nu_window] = "cic";
  }

  // 4. The record of the run and the field file.
  const io::OutputLock lock = io::OutputLock::of_file(world, out);
  write_run_record(world, out.parent_path(), config, inputs);
  field::write_box(out, box, density_nu ? &*density_nu : nullptr).finish();
  const double gigabytes = 1e-9 * gadget::particle_bytes(box.header.n);
  log::info(
      "{}: {:.3g} GB of particles read and placed in {:.2f} s ({:.2f} GB/s), written in {:.2f} s; "
      "peak memory of all ranks {}",
      out.string(), gigabytes, read_s, gigabytes / read_s, watch.seconds(),
      memory::text(world.all_reduce(memory::peak_rss_bytes())));
}

}  // namespace nubox::app
