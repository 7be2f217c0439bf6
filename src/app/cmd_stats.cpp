#include "nubox/core/log.hpp"
#include "nubox/field/field_io.hpp"
#include "nubox/io/run_record.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/stats_file.hpp"

#include "app/commands.hpp"

#include <filesystem>
#include <optional>

namespace nubox::app {

void stats(const par::Comm& world, const config::Config& config) {
  namespace fs = std::filesystem;
  const fs::path in = par::agree(world, [&] { return config.required_text("stats.in"); });
  const fs::path target_path = config.text("stats.target");
  const fs::path out = config.text("stats.out");
  const stats::Settings settings = par::agree(world, [&] { return stats::settings_of(config); });

  const field::Snapshot model = field::read_snapshot(world, in);
  std::optional<field::Snapshot> target;
  if (!target_path.empty()) target = field::read_snapshot(world, target_path);
  if (config.check_only() || config.dry_run()) return;
  const stats::Measurement measurement = stats::measure(
      model, target ? &*target : nullptr, settings, in.string(), target_path.string());
  io::TableFile table = stats::to_table(measurement);
  table.attributes["model_file"] = in.string();
  table.attributes["target_file"] = target_path.string();
  std::vector<fs::path> inputs{in};
  if (target) inputs.push_back(target_path);
  io::write_run_record(world, out.parent_path(), config, inputs);
  io::write_table_file(world, out, table);
  if (measurement.displacement_error) {
    const auto& error = measurement.displacement_error->mean_abs;
    log::info("{}: mean |displacement error| per component {:.4f} Mpc/h", out.string(),
              (error[0] + error[1] + error[2]) / 3);
  }
}

}  // namespace nubox::app
