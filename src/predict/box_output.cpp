#include "nubox/predict/box_output.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/field/complete_output.hpp"
#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/gadget/snapshot_writer.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/directory.hpp"
#include "nubox/snapshot/export.hpp"

#include <algorithm>

namespace nubox::predict {
namespace {

namespace fs = std::filesystem;

/// In what a box differs from the recipe; it may have further attributes.
std::string difference(io::Attributes found, const io::Attributes& recipe) {
  std::erase_if(found, [&](const auto& entry) { return !recipe.contains(entry.first); });
  return io::first_difference(found, recipe);
}

/// Attributes of /Nubox in a snapshot whose particles can all be read. Collective.
io::Attributes attributes_of_snapshot(const par::Comm& comm, const fs::path& base) {
  const auto snapshot = gadget::Snapshot::open(comm, base);
  snapshot.for_each_block(gadget::cdm_type, {}, [](const gadget::ParticleBlock&) { log::beat(); });
  return gadget::read_provenance(comm, snapshot.files().front());
}

}  // namespace

BoxOutput::BoxOutput(const BoxOutputOptions& options) : options_(options) {
  if (options.format != BoxFormat::gadget) return;
  if (options.neutrino_field) {
    throw UsageError(
        "predict.neutrino_field needs predict.format = field: snapshots do not contain a mesh");
  }
  if (!options.velocities) {
    throw UsageError(
        "predict.velocities = false needs predict.format = field: readers of snapshots expect "
        "velocities");
  }
}

void BoxOutput::require_possible(bool has_velocity) const {
  if (options_.format == BoxFormat::gadget && !has_velocity) {
    throw InputError("predict.format = gadget needs velocities, but the input has none");
  }
}

bool BoxOutput::is_complete_output(const par::Comm& comm, const fs::path& path, std::size_t n,
                                   const io::Attributes& recipe) const {
  if (options_.format == BoxFormat::field) {
    const auto other = [&](const io::FieldHeader& found) {
      if (found.n != n) return fmt::format("n is {}, not {}", found.n, n);
      return difference(io::attributes_of(found), recipe);
    };
    return field::is_complete_output(comm, path, other, "predict.out");
  }
  const auto names = par::agree(comm, [&] {
    return gadget::file_names(path,
                              {.files = options_.files, .particles = std::uint64_t{n} * n * n});
  });
  par::agree(comm, [&] {
    if (!comm.is_root()) return;
    for (const fs::path& name : names) io::require_replaceable(name, gadget::snapshot_kind());
  });
  // The first file of a set appears last.
  if (!par::root_decides(comm, [&] { return fs::exists(names.front()); })) return false;
  std::string other;
  try {
    other = difference(attributes_of_snapshot(comm, path), recipe);
    if (other.empty()) return true;
  } catch (const Error& error) {
    if (error.code() != ExitCode::input || !error.agreed()) throw;
    log::warn_together("{} will be recomputed: {}", path.string(), error.what());
    return false;
  }
  par::throw_agreed(
      comm,
      InputError("{} is the result of another run ({}): choose another --predict.out or remove it",
                 path.string(), other));
}

std::vector<io::PlannedFile> BoxOutput::planned_files(const fs::path& path, std::size_t n) const {
  const std::uint64_t particles = std::uint64_t{n} * n * n;
  if (options_.format == BoxFormat::field) {
    const auto bytes = static_cast<std::uint64_t>(field::box_bytes(n));
    return {{path, io::field_kind("predict"), bytes}};
  }
  std::vector<io::PlannedFile> files;
  for (const fs::path& name :
       gadget::file_names(path, {.files = options_.files, .particles = particles})) {
    files.push_back({name, gadget::snapshot_kind()});
  }
  return files;
}

io::Publication BoxOutput::write(const fs::path& path, const field::Box& box,
                                 const field::LatticeField* density_nu) const {
  try {
    par::make_directory(box.displacement.comm(), path.parent_path());
    if (options_.format == BoxFormat::gadget) {
      return snapshot::export_snapshot(box, path, gadget::Format::hdf5, options_.files);
    }
    return field::write_box(path, box, density_nu);
  } catch (const Error& error) {
    if (!error.agreed()) throw;
    throw OutputError(error);
  }
}

}  // namespace nubox::predict
