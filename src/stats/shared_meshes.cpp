#include "nubox/stats/shared_meshes.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/density.hpp"

namespace nubox::stats {
namespace {

void require_particles(const Tracers& tracers, const std::string& name) {
  if (tracers.total() >= 2) return;
  throw InputError("{} contains {} particle{}: there is nothing to measure", name, tracers.total(),
                   tracers.total() == 1 ? "" : "s");
}

/// A constant density (an undisplaced lattice on its own mesh) has neither spectrum nor moments,
/// only rounding errors.
void require_structure(const fft::MeshField& modes, const std::string& name) {
  constexpr double rounding_rms = 1e-6;
  double sum = 0;
  const std::size_t count = modes.plan()->ky_slab().count * modes.n() * modes.row_floats();
  for (std::size_t i = 0; i < count; ++i) {
    sum += static_cast<double>(modes.data()[i]) * static_cast<double>(modes.data()[i]);
  }
  sum = modes.comm().all_reduce(sum);
  par::agree(modes.comm(), [&] {
    if (sum > rounding_rms * rounding_rms) return;
    throw InputError(
        "the density of {} is the same in every cell of a mesh of {}^3: there is nothing to "
        "measure",
        name, modes.n());
  });
}

}  // namespace

SharedMeshes::SharedMeshes(const Tracers& model, const Tracers* target, std::size_t mesh_n,
                           field::Assignment assignment, const std::string& model_name,
                           const std::string& target_name)
    : model_(&model), target_(target), names_{model_name, target_name}, assignment_(assignment) {
  par::agree(comm(), [&] {
    require_particles(model, model_name);
    if (target == nullptr) return;
    require_particles(*target, target_name);
    io::require_same_box(model.header(), model_name, target->header(), target_name);
  });
  plan_ = fft::Plan::create(comm(), mesh_n == 0 ? model.per_side() : mesh_n);
}

Sizes SharedMeshes::sizes() const {
  const field::LatticeField* density_nu = model_->density_nu();
  return {.mesh_n = mesh_n(),
          .box_size_mpch = box_size_mpch(),
          .particles = static_cast<double>(model_->total()),
          .ranks = comm().size(),
          .target = has_target(),
          .mesh_bytes = static_cast<double>(plan_->buffer_floats() * sizeof(float)),
          .nu_mesh_bytes =
              density_nu == nullptr ? 0.0 : static_cast<double>(density_nu->values().size_bytes())};
}

std::vector<Side> SharedMeshes::sides() const {
  if (has_target()) return {Side::model, Side::target};
  return {Side::model};
}

const Tracers& SharedMeshes::tracers(Side side) const {
  if (side == Side::model) return *model_;
  if (target_ == nullptr) throw InternalError("a statistic uses a target that does not exist");
  return *target_;
}

const fft::MeshField& SharedMeshes::modes(Side side, field::Assignment assignment) {
  std::optional<Painted>& kept = painted_[static_cast<std::size_t>(side)];
  if (!kept || kept->assignment != assignment) {
    kept.reset();
    log::beat();
    fft::MeshField painted = density_modes(tracers(side), plan_, assignment);
    require_structure(painted, names_[static_cast<std::size_t>(side)]);
    kept.emplace(Painted{assignment, std::move(painted)});
  }
  return kept->modes;
}

std::string name_of(Side side) { return side == Side::model ? "model" : "target"; }

}  // namespace nubox::stats
