#include "nubox/snapshot/import_run.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/phase.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/field/complete_output.hpp"
#include "nubox/gadget/snapshot_writer.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/io/hdf5_attributes.hpp"
#include "nubox/io/output_check.hpp"
#include "nubox/io/output_lock.hpp"
#include "nubox/io/sampled_checksum.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/memory_limits.hpp"
#include "nubox/par/signals.hpp"

#include <optional>
#include <span>
#include <utility>

namespace nubox::snapshot {
namespace {

namespace fs = std::filesystem;

constexpr const char* checksum_attribute = "import_checksum";

/// A snapshot whose headers have been read and found fit for import.
struct Opened {
  ImportTask task;
  gadget::Snapshot snapshot;
  std::optional<gadget::Snapshot> ics;
  io::FieldHeader header{};
  std::size_t neutrino_mesh = 0;
  std::vector<fs::path> files{};  ///< of the snapshot and of its initial conditions
};

/// Refuses options that contradict each other or the snapshot. Rank-local.
void require_importable(const ImportRequest& request, bool with_ics, const gadget::Header& header) {
  const MapChoice map = request.options.id_map;
  if (map == MapChoice::ics && !with_ics) throw UsageError("import.id_map = ics needs import.ics");
  if (with_ics && map != MapChoice::ics && map != MapChoice::automatic) {
    throw UsageError(
        "import.ics and a numbering in import.id_map contradict each other: with initial "
        "conditions use import.id_map = ics or auto");
  }
  if (request.neutrinos && header.counts[static_cast<std::size_t>(header.neutrino_type)] == 0) {
    throw InputError("import.neutrinos = density, but the snapshot contains no neutrinos");
  }
}

/// Refuses what cannot be imported before particles are read. Collective.
Opened open(const par::Comm& comm, const ImportRequest& request, const ImportTask& task) {
  Opened box{.task = task,
             .snapshot = gadget::Snapshot::open(comm, task.in, request.reader),
             .ics = std::nullopt};
  box.files = box.snapshot.files();
  if (!task.ics.empty()) {
    box.ics.emplace(gadget::Snapshot::open(comm, task.ics, request.ics_reader));
    box.files.insert(box.files.end(), box.ics->files().begin(), box.ics->files().end());
  }
  const gadget::Header& gadget_header = box.snapshot.header();
  const io::Attributes stored = gadget::read_provenance(comm, box.files.front());
  box.header =
      par::agree(comm, [&] { return imported_header(gadget_header, stored, request.supplied); });
  log::info("{}: {}", task.in.string(), summary_text(gadget_header, box.header));
  par::agree(comm, [&] { require_importable(request, box.ics.has_value(), gadget_header); });
  if (request.neutrinos) {
    box.neutrino_mesh = request.neutrino_mesh == 0 ? box.header.n : request.neutrino_mesh;
  }
  const std::uint64_t bytes =
      import_bytes(comm, box.header.n, box.ics.has_value(), box.neutrino_mesh);
  if (request.for_another_machine) log::info("dry run: about {} per rank", memory::text(bytes));
  if (!request.checks_only) par::require_memory(comm, bytes, "importing " + task.in.string());
  return box;
}

/// Checksum of what the box is made of. Collective.
std::string origin_checksum(const par::Comm& comm, const ImportRequest& request,
                            const Opened& box) {
  const std::string samples = comm.broadcast(par::agree(
      comm, [&] { return comm.is_root() ? io::sampled_checksum(box.files) : std::string(); }));
  io::FieldHeader header = box.header;
  header.code_version.clear();
  const std::string all = fmt::format(
      "{} {} {} {} {}", samples, io::canonical_text(io::attributes_of(header)),
      static_cast<int>(request.options.id_map), request.options.tile, box.neutrino_mesh);
  return checksum_text(checksum_of(std::span<const char>(all)));
}

using Record = std::function<void(const fs::path&, const std::vector<fs::path>&)>;

/// CDM particles onto their lattice, neutrinos onto a mesh, the record of the run and the field
/// file. Collective.
void import_opened(const par::Comm& comm, const ImportRequest& request, Opened box, bool suite,
                   const Record& record) {
  const fs::path& out = box.task.out;
  const io::OutputLock lock = io::OutputLock::of_file(comm, out);
  const std::string origin = origin_checksum(comm, request, box);
  const auto difference = [&](const io::FieldHeader& found) {
    const auto value = io::find<std::string>(found.extra, checksum_attribute);
    return value == origin ? std::string() : std::string(checksum_attribute);
  };
  if (suite && field::is_complete_output(comm, out, difference, "import.out")) {
    log::info("{}: complete, skipped", out.string());
    return;
  }
  Stopwatch watch;
  ImportOptions options = request.options;
  options.ics = box.ics ? &*box.ics : nullptr;
  options.expected = expected_rms(comm, request.tables, box.header);
  field::Box made = import_cdm(comm, box.snapshot, std::move(box.header), options);
  made.header.extra[checksum_attribute] = origin;
  const double read_s = watch.restart();
  std::optional<field::LatticeField> density_nu;
  if (box.neutrino_mesh > 0) {
    density_nu = import_neutrinos(comm, box.snapshot, box.neutrino_mesh);
    made.header.extra[io::density_nu_window] = "cic";
  }
  enter_phase("import: write " + out.string());
  record(out.parent_path(), box.files);
  field::write_box(out, made, density_nu ? &*density_nu : nullptr).finish();
  const double gigabytes = 1e-9 * gadget::particle_bytes(made.header.n);
  log::info(
      "{}: {:.3g} GB of particles read and placed in {:.2f} s ({:.2f} GB/s), written in {:.2f} s; "
      "peak memory of all ranks {}",
      out.string(), gigabytes, read_s, gigabytes / read_s, watch.seconds(),
      memory::text(comm.all_reduce(memory::peak_rss_bytes())));
}

/// The first failure of a suite. A failure of a single snapshot, or without agreement, is thrown.
class Failures {
 public:
  explicit Failures(bool suite) : suite_(suite) {}
  template <class Work>
  void attempt(const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      if (!error.agreed() || !suite_) throw;
      log::warn_together("failed: {}", error.what());
      if (!first_) first_ = error;
    }
  }
  [[nodiscard]] const std::optional<Error>& first() const { return first_; }

 private:
  bool suite_;
  std::optional<Error> first_;
};

}  // namespace

void run_imports(const par::Comm& comm, const ImportRequest& request, const Record& record) {
  const bool suite = request.tasks.size() > 1;
  Failures failures(suite);
  std::vector<Opened> boxes;
  std::vector<io::PlannedFile> outputs;
  std::vector<fs::path> inputs;
  for (const ImportTask& task : request.tasks) {
    failures.attempt([&] {
      boxes.push_back(open(comm, request, task));
      const Opened& box = boxes.back();
      const double bytes = request.for_another_machine ? 0 : field::box_bytes(box.header.n);
      outputs.push_back(
          {task.out, io::field_kind(box.header.origin), static_cast<std::uint64_t>(bytes)});
      inputs.insert(inputs.end(), box.files.begin(), box.files.end());
    });
  }
  io::check_outputs(comm, outputs, inputs);
  std::optional<par::StopSignals> signals;
  if (suite) signals.emplace();
  std::optional<Error> stopped;
  for (std::size_t done = 0; done < boxes.size() && !request.checks_only;) {
    failures.attempt([&] { import_opened(comm, request, std::move(boxes[done]), suite, record); });
    ++done;
    if (suite) log::info("snapshot {} of {}", done, request.tasks.size());
    if (done < boxes.size() && suite &&
        comm.all_reduce(signals->raised() ? 1 : 0, par::Reduction::max) > 0) {
      stopped = Error(ExitCode::stopped,
                      "stopped by a signal between two snapshots; run the same command again to "
                      "continue");
      break;
    }
  }
  par::agree_on(comm, stopped ? stopped : failures.first());
}

}  // namespace nubox::snapshot
