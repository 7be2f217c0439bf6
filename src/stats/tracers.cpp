#include "nubox/stats/tracers.hpp"

#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"

#include <cmath>

namespace nubox::stats {
namespace {

/// Positions are wrapped when painted, so that rounding beyond the edge is harmless. Larger
/// deviations indicate other units or another box.
constexpr double tolerated_boxes = 1e-3;

void require_inside(const Catalogue& catalogue, double box_size_mpch) {
  const auto& x = catalogue.positions_mpch;
  if (x.size() % 3 != 0 ||
      (!catalogue.velocities_kms.empty() && catalogue.velocities_kms.size() != x.size())) {
    throw InternalError("{} coordinates and {} velocity components are not those of particles",
                        x.size(), catalogue.velocities_kms.size());
  }
  const double low = -tolerated_boxes * box_size_mpch;
  const double high = (1 + tolerated_boxes) * box_size_mpch;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double value = x[i];
    if (value >= low && value <= high) continue;
    throw InputError(
        "coordinate {} of particle {} of this rank is {} Mpc/h, outside the box of {} Mpc/h: "
        "check units and box size",
        i % 3, i / 3, value, box_size_mpch);
  }
}

}  // namespace

Tracers::Tracers(field::Box box, std::optional<field::LatticeField> density_nu)
    : comm_(box.displacement.comm()), lattice_(std::move(box)), density_nu_(std::move(density_nu)) {
  const auto n = static_cast<std::uint64_t>(lattice_->displacement.n());
  total_ = n * n * n;
}

Tracers::Tracers(const par::Comm& comm, io::FieldHeader header, Catalogue catalogue)
    : comm_(comm), header_(std::move(header)), catalogue_(std::move(catalogue)) {
  par::agree(comm, [&] { require_inside(catalogue_, header_.box_size_mpch); });
  total_ = comm.all_reduce(static_cast<std::uint64_t>(catalogue_.positions_mpch.size() / 3));
}

const io::FieldHeader& Tracers::header() const { return lattice_ ? lattice_->header : header_; }

std::size_t Tracers::per_side() const {
  if (lattice_) return lattice_->displacement.n();
  auto side = static_cast<std::size_t>(std::cbrt(static_cast<double>(total_)));
  while (side * side * side < total_) ++side;
  return side;
}

bool Tracers::has_velocities() const {
  if (lattice_) return lattice_->velocity.has_value();
  // A rank without particles has no velocities either.
  const std::uint64_t here = catalogue_.velocities_kms.size();
  return comm_.all_reduce(here) > 0;
}

field::ParticleRoute Tracers::route(const par::SlabLayout& mesh, field::Assignment assignment,
                                    double shift_cells) const {
  if (lattice_) return {mesh, lattice_->displacement, assignment, shift_cells};
  return {mesh, box_size_mpch(), catalogue_.positions_mpch, assignment, shift_cells};
}

Tracers read_tracers(const par::Comm& comm, const std::filesystem::path& path) {
  field::Box box = field::read_box(comm, path);
  return Tracers(std::move(box), field::read_density_nu(comm, path));
}

}  // namespace nubox::stats
