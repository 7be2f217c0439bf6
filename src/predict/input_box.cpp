#include "predict/input_box.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/units.hpp"
#include "nubox/gadget/snapshot_writer.hpp"
#include "nubox/io/bytes.hpp"
#include "nubox/io/sampled_checksum.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/snapshot/import.hpp"
#include "nubox/snapshot/imported_header.hpp"
#include "nubox/snapshot/self_checks.hpp"

#include <fcntl.h>
#include <utility>

namespace nubox::predict {
namespace {

namespace fs = std::filesystem;

bool is_snapshot_file(const par::Comm& comm, const fs::path& path) {
  return par::root_decides(comm, [&] { return gadget::is_snapshot(path); });
}

/// The share of each rank of all files. Collective.
void read_files_ahead(const par::Comm& comm, const std::vector<fs::path>& files) {
  par::agree(comm, [&] {
    const auto ranks = static_cast<std::size_t>(comm.size());
    const auto rank = static_cast<std::size_t>(comm.rank());
    for (const fs::path& path : files) {
      const io::RawFile file(path, O_RDONLY);
      const std::size_t share = file.size() / ranks + 1;
      file.read_ahead(rank * share, share);
    }
  });
}

std::string name_of(snapshot::MapChoice choice, std::size_t tile) {
  switch (choice) {
    case snapshot::MapChoice::tiles:
      return fmt::format("tiles of {}", tile);
    case snapshot::MapChoice::row_major:
      return "row-major";
    case snapshot::MapChoice::ics:
      return "initial conditions";
    case snapshot::MapChoice::automatic:
      break;
  }
  return "automatic";
}

}  // namespace

InputBox::InputBox(const PredictionSetup& setup, fs::path path)
    : setup_(&setup), path_(std::move(path)) {
  const par::Comm& comm = setup.comm;
  if (!is_snapshot_file(comm, path_)) {
    file_.emplace(comm, path_);
    header_ = file_->header();
    return;
  }
  const SnapshotChoices& choices = setup.options.snapshots;
  snapshot_.emplace(gadget::Snapshot::open(comm, path_, choices.reader));
  const io::Attributes stored = gadget::read_provenance(comm, snapshot_->files().front());
  header_ = par::agree(comm, [&] {
    return snapshot::imported_header(snapshot_->header(), stored, choices.supplied);
  });
}

bool InputBox::has_velocity() const {
  return snapshot_ ? snapshot_->header().has_velocity : file_->has("velocity");
}

std::vector<fs::path> InputBox::files() const {
  return snapshot_ ? snapshot_->files() : std::vector{path_};
}

io::Attributes InputBox::identity() const {
  if (!snapshot_) {
    return {{"input_checksum", file_->checksum("displacement")},
            {"input_velocity_checksum", has_velocity() ? file_->checksum("velocity") : "none"}};
  }
  const par::Comm& comm = setup_->comm;
  const std::string samples = comm.broadcast(par::agree(comm, [&] {
    return comm.is_root() ? io::sampled_checksum(snapshot_->files()) : std::string();
  }));
  const snapshot::ImportOptions& import = setup_->options.snapshots.import;
  return {{"input_checksum", "snapshot " + samples},
          {"input_velocity_checksum", has_velocity() ? "snapshot " + samples : "none"},
          {"requested_id_map", name_of(import.id_map, import.tile)}};
}

field::Box InputBox::import(const cosmology::LinearTheory& massless) const {
  log::info("{}: {}", path_.string(), snapshot::summary_text(snapshot_->header(), header_));
  snapshot::ImportOptions options = setup_->options.snapshots.import;
  options.expected = par::agree(setup_->comm, [&] {
    return snapshot::expected_rms(massless, units::scale_factor(header_.redshift),
                                  header_.box_size_mpch, header_.n);
  });
  return snapshot::import_cdm(setup_->comm, *snapshot_, header_, options);
}

field::Box InputBox::read(const cosmology::LinearTheory& massless, bool last) {
  if (!snapshot_) {
    field::Box box = field::read_box(setup_->comm, *file_, path_);
    snapshot::warn_of_failed_checks(box, massless, path_.string());
    return box;
  }
  if (!kept_) kept_ = import(massless);
  if (!last) return *kept_;
  field::Box box = std::move(*kept_);
  kept_.reset();
  return box;
}

void InputBox::read_ahead(const par::Comm& comm, const fs::path& path) {
  try {
    if (is_snapshot_file(comm, path)) {
      read_files_ahead(comm, gadget::files_of_snapshot(comm, path));
    } else {
      io::FieldFile(comm, path).read_ahead();
    }
  } catch (const Error& error) {
    // An agreed error is reported when the file is read.
    if (!error.agreed()) throw;
  }
}

void InputBox::read_ahead() const {
  if (file_) file_->read_ahead();
}

}  // namespace nubox::predict
