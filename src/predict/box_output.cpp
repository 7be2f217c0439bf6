#include "nubox/predict/box_output.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/field/complete_output.hpp"
#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/gadget/snapshot_writer.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/directory.hpp"
#include "nubox/snapshot/export.hpp"

#include <algorithm>

namespace nubox::predict {
namespace {

namespace fs = std::filesystem;

bool contains_all(const io::Attributes& found, const io::Attributes& recipe) {
  return std::ranges::all_of(recipe, [&](const auto& entry) {
    const auto at = found.find(entry.first);
    return at != found.end() && at->second == entry.second;
  });
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

void BoxOutput::require_possible(const io::FieldFile& input) const {
  if (options_.format == BoxFormat::gadget && !input.has("velocity")) {
    throw InputError("predict.format = gadget needs velocities, but the input has none");
  }
}

bool BoxOutput::is_complete_output(const par::Comm& comm, const fs::path& path, std::size_t n,
                                   const io::Attributes& recipe) const {
  if (options_.format == BoxFormat::field) {
    const auto same_run = [&](const io::FieldHeader& found) {
      io::Attributes attributes = found.extra;
      attributes["M_nu_eV"] = found.cosmology.M_nu_eV;
      return found.n == n && contains_all(attributes, recipe);
    };
    return field::is_complete_output(comm, path, same_run, "predict.out");
  }
  const auto names = par::agree(comm, [&] {
    return gadget::file_names(path,
                              {.files = options_.files, .particles = std::uint64_t{n} * n * n});
  });
  // The first file of a set appears last.
  if (!par::root_decides(comm, [&] { return fs::exists(names.front()); })) return false;
  try {
    if (contains_all(attributes_of_snapshot(comm, path), recipe)) return true;
  } catch (const Error& error) {
    if (error.code() != ExitCode::input || !error.agreed()) throw;
    log::warn_together("{} will be recomputed: {}", path.string(), error.what());
    return false;
  }
  par::throw_agreed(
      comm, InputError("{} is the result of another run: choose another --predict.out or remove it",
                       path.string()));
}

io::Publication BoxOutput::write(const fs::path& path, const field::Box& box,
                                 const field::LatticeField* density_nu) const {
  const par::Comm comm = box.displacement.comm();
  par::make_directory(comm, path.parent_path());
  if (options_.format == BoxFormat::gadget) {
    return snapshot::export_snapshot(box, path, gadget::Format::hdf5, options_.files);
  }
  return field::write_box(path, box, density_nu);
}

}  // namespace nubox::predict
