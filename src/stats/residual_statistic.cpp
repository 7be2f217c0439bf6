#include "nubox/stats/displacement_error.hpp"

#include "stats/table_group.hpp"

namespace nubox::stats {
namespace {

void add_error(const VectorError& error, const std::string& name, const std::string& units,
               TableGroup& group) {
  const auto by_component = [](const std::array<double, 3>& values) {
    return std::vector<double>(values.begin(), values.end());
  };
  group.add(name + "_mean_abs", by_component(error.mean_abs), units,
            "mean |model - target| over sites, by component");
  group.add(name + "_rms", by_component(error.rms), units,
            "rms of model - target over sites, by component");
  group.add(name + "_mean_length", std::vector<double>{error.mean_length}, units,
            "mean length of the vector model - target over sites");
}

}  // namespace

Statistic residual_statistic(const config::Config&) {
  return {.name = "residual",
          .options = {"residual."},
          .needs_target = true,
          .work_bytes = [](const Sizes&) { return 0.0; },
          .measure =
              [](SharedMeshes& shared, io::TableFile& table) {
                const field::Snapshot* model = shared.tracers(Side::model).lattice();
                const field::Snapshot* target = shared.tracers(Side::target).lattice();
                TableGroup group(table, "residual");
                group.attributes()["box_size_mpch"] = shared.box_size_mpch();
                // Catalogues have no sites to compare.
                if (model == nullptr || target == nullptr) return;
                group.attributes()["n"] = static_cast<std::int64_t>(model->displacement.n());
                group.attributes()["quantity"] = "model - target at the same Lagrangian site";
                add_error(vector_error(model->displacement, target->displacement), "displacement",
                          "Mpc/h", group);
                if (model->velocity && target->velocity) {
                  add_error(vector_error(*model->velocity, *target->velocity), "velocity", "km/s",
                            group);
                }
              }};
}

}  // namespace nubox::stats
