#include "nubox/core/error.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/field/particle_route.hpp"
#include "nubox/gadget/particle_header.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/snapshot/import.hpp"

#include <span>
#include <vector>

namespace nubox::snapshot {

field::LatticeField import_neutrinos(const par::Comm& comm, const gadget::Snapshot& snapshot,
                                     std::size_t mesh_n) {
  const gadget::Header& header = snapshot.header();
  const int type = header.neutrino_type;
  const std::uint64_t count = header.counts[static_cast<std::size_t>(type)];
  par::agree(comm, [&] {
    if (count == 0) throw InputError("the snapshot has no neutrinos (particles of type {})", type);
    if (header.has_neutrino_weights || !gadget::have_equal_masses(header, type)) {
      throw InputError(
          "the neutrinos of the snapshot (type {}) have {}, but the density counts each as one: "
          "import without them (import.neutrinos = none)",
          type, header.has_neutrino_weights ? "delta-f weights" : "different masses");
    }
  });
  const auto plan = fft::Plan::create(comm, mesh_n);
  fft::MeshField mesh(plan, header.box_size_mpch);
  snapshot.for_each_block(
      type, {.position = true, .velocity = false, .id = false},
      [&](const gadget::ParticleBlock& block) {
        const std::vector<float> positions(block.position_mpch.begin(), block.position_mpch.end());
        field::ParticleRoute(plan->layout(), header.box_size_mpch,
                             std::span<const float>(positions), field::Assignment::cic)
            .paint(mesh);
      });
  field::to_contrast(mesh, static_cast<double>(count));
  field::LatticeField density(par::SlabLayout(comm, mesh_n), 1, header.box_size_mpch);
  field::copy_from_mesh(mesh, density, 0);
  return density;
}

}  // namespace nubox::snapshot
