#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/seams.hpp"

#include "stats/table_group.hpp"

namespace nubox::stats {
namespace {

void measure(std::size_t tile, SharedMeshes& shared, io::TableFile& table) {
  const field::Box* model = shared.tracers(Side::model).lattice();
  const field::Box* target = shared.tracers(Side::target).lattice();
  par::agree(shared.comm(), [&] {
    if (model == nullptr || target == nullptr || model->header.n != target->header.n) {
      throw InputError("seams need two field files on one lattice");
    }
  });
  field::LatticeField error = model->displacement;
  const auto truth = target->displacement.values();
  for (std::size_t i = 0; i < truth.size(); ++i) error.values()[i] -= truth[i];
  const SeamMeasure seams = measure_seams(error, tile);

  TableGroup group(table, "seams");
  group.add("rms", seams.rms, "Mpc/h",
            "rms displacement error by distance to the nearest tile face, in sites from 0");
  group.add("ratio", std::vector{seams.face_ratio, seams.power_ratio}, "",
            "rms error at faces over that of inner sites; error power at the wavevectors of the "
            "tiles over that of their neighbours");
  group.attributes()["tile"] = static_cast<std::int64_t>(tile);
  group.attributes()["inner_distance"] = static_cast<std::int64_t>(inner_distance);
  group.attributes()["quantity"] = "model - target displacement at the same Lagrangian site";
}

}  // namespace

Statistic seams_statistic(const StatsOptions& options) {
  const std::size_t tile = options.seams.tile;
  return {.name = "seams",
          .needs_target = true,
          .work_bytes =
              [](const Sizes& sizes) {  // the error, and a mesh of the lattice
                return (12 + 4) * sizes.particles / sizes.ranks;
              },
          .transforms = [](const Sizes&) { return 3.0; },
          .measure = [tile](SharedMeshes& shared,
                            io::TableFile& table) { stats::measure(tile, shared, table); }};
}

}  // namespace nubox::stats
