#include "nubox/core/log.hpp"
#include "nubox/field/field_io.hpp"
#include "nubox/io/run_record.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/stats_file.hpp"

#include "app/commands.hpp"

#include <cmath>
#include <filesystem>
#include <optional>

namespace nubox::app {
namespace {

void report_needs(const par::Comm& world, const io::FieldHeader& header,
                  const stats::Settings& settings) {
  const auto cube = [](std::size_t n) { return std::pow(static_cast<double>(n), 3); };
  constexpr double fields = 12 + 12 + 12 + 12;  // displacement and velocity of two boxes, bytes
  constexpr double routed = 12, meshes = 4 * 4;
  const double bytes = (fields + routed) * cube(header.n) +
                       meshes * cube(settings.mesh == 0 ? header.n : settings.mesh);
  log::info("dry run: at most {:.2f} GiB per rank", bytes / world.size() / (1 << 30));
}

}  // namespace

void stats(const par::Comm& world, const config::Config& config) {
  namespace fs = std::filesystem;
  const fs::path in = par::agree(world, [&] { return config.required_text("stats.in"); });
  const fs::path target_path = config.text("stats.target");
  const fs::path out = config.text("stats.out");
  const stats::Settings settings = par::agree(world, [&] { return stats::settings_of(config); });

  if (config.check_only() || config.dry_run()) {
    const io::FieldHeader header = io::FieldFile(world, in).header();
    if (!target_path.empty()) {
      const io::FieldHeader other = io::FieldFile(world, target_path).header();
      par::agree(world,
                 [&] { io::require_same_box(header, in.string(), other, target_path.string()); });
    }
    if (config.dry_run()) report_needs(world, header, settings);
    return;
  }
  const field::Snapshot model = field::read_snapshot(world, in);
  std::optional<field::Snapshot> target;
  if (!target_path.empty()) target = field::read_snapshot(world, target_path);
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
