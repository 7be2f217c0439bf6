#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/phase.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/gadget/snapshot_writer.hpp"
#include "nubox/io/output_check.hpp"
#include "nubox/io/output_lock.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/snapshot/export.hpp"

#include "app/commands.hpp"
#include "app/options/choice.hpp"
#include "app/run_record.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace nubox::app {

namespace fs = std::filesystem;

void export_box(const par::Comm& world, const config::Config& config) {
  const fs::path in = par::agree(world, [&] { return config.required_text("export.in"); });
  const fs::path out = par::agree(world, [&] { return config.required_text("export.out"); });
  const auto format = chosen<gadget::Format>(
      config, "export.format",
      {{"hdf5", gadget::Format::hdf5}, {"gadget2", gadget::Format::gadget2}});
  const std::size_t files = config.size("export.files");
  const io::FieldFile file(world, in);
  const std::size_t n = file.header().n;
  const auto names = par::agree(world, [&] {
    if (!file.has("velocity")) {
      throw InputError("{} has no velocities, which readers of snapshots require", in.string());
    }
    return gadget::file_names(
        out, {.format = format, .files = files, .particles = std::uint64_t{n} * n * n});
  });
  if (file.has("density_nu")) {
    log::warn_together(
        "{}: its neutrino density (/density_nu) is a mesh, for which snapshots have no place: only "
        "the CDM particles are exported",
        in.string());
  }
  const auto bytes = static_cast<std::uint64_t>(gadget::particle_bytes(n));
  std::vector<io::PlannedFile> outputs;
  for (const fs::path& name : names) {
    // A dry run may be for another machine.
    outputs.push_back({name, gadget::snapshot_kind(), config.dry_run() ? 0 : bytes / names.size()});
  }
  io::check_outputs(world, outputs, std::vector<fs::path>{in});
  if (config.check_only() || config.dry_run()) {
    log::info("{} files, {}; about as much memory over all ranks", names.size(),
              memory::text(bytes));
    return;
  }
  const io::OutputLock lock = io::OutputLock::of_file(world, out);
  write_run_record(world, out.parent_path(), config, {in});
  enter_phase("export: read " + in.string());
  const field::Box box = field::read_box(world, in);
  const Stopwatch watch;
  snapshot::export_snapshot(box, out, format, files).finish();
  const double gigabytes = 1e-9 * gadget::particle_bytes(n);
  log::info("{} to {}: {:.3g} GB in {:.2f} s, {:.2f} GB/s", names.front().string(),
            names.back().string(), gigabytes, watch.seconds(), gigabytes / watch.seconds());
}

}  // namespace nubox::app
