#include "nubox/core/log.hpp"
#include "nubox/io/run_record.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/suite.hpp"

#include "app/commands.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

/// What the command line asks for.
struct Request {
  fs::path in, target, out;
  std::vector<std::string> independent;
  std::vector<stats::Statistic> statistics;

  [[nodiscard]] std::vector<fs::path> inputs() const {
    std::vector<fs::path> paths{in};
    if (!target.empty()) paths.push_back(target);
    paths.insert(paths.end(), independent.begin(), independent.end());
    return paths;
  }
  /// Groups finished so far, kept for the next start of a run that was cut off.
  [[nodiscard]] fs::path partial() const { return out.string() + ".partial"; }
};

Request request_of(const config::Config& config) {
  return {config.required_text("stats.in"), config.text("stats.target"), config.text("stats.out"),
          config.texts("stats.independent"), stats::statistics_of(config)};
}

/// One checksum for the contents of all inputs, in order.
std::string digest_text(const io::InputDigests& digests, const std::vector<fs::path>& inputs) {
  std::string text;
  for (const fs::path& input : inputs) {
    const io::FileDigest& digest = digests.at(input.string());
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", digest.size_bytes, digest.checksum);
  }
  return text;
}

/// Rank 0 looks, so that all decide alike. Collective.
bool stands(const par::Comm& world, const fs::path& path) {
  return world.all_reduce(world.is_root() && fs::exists(path) ? 1 : 0) > 0;
}

/// Groups of an earlier run of the same statistics on the same inputs. Collective.
io::TableFile earlier_table(const par::Comm& world, const config::Config& config,
                            const Request& request, const std::string& digest) {
  if (config.text("stats.resume") == "auto") {
    for (const fs::path& path : {request.partial(), request.out}) {
      if (!stands(world, path)) continue;
      try {
        io::TableFile table = io::read_table_file(world, path, "nubox-stats");
        stats::drop_stale(table, request.statistics, config, digest);
        if (!table.group_attributes.empty()) return table;
      } catch (const InputError&) {
        log::info("{} holds no statistics to keep", path.string());
      }
    }
  }
  io::TableFile table;
  table.format = "nubox-stats";
  return table;
}

bool is_complete(const io::TableFile& table, const std::vector<stats::Statistic>& statistics) {
  return std::all_of(statistics.begin(), statistics.end(), [&](const stats::Statistic& statistic) {
    return table.group_attributes.contains(statistic.name);
  });
}

void report_needs(const par::Comm& world, const io::FieldHeader& header,
                  const config::Config& config) {
  const auto cube = [](std::size_t n) { return std::pow(static_cast<double>(n), 3); };
  constexpr double fields = 12 + 12 + 12 + 12;  // displacement and velocity of two boxes, bytes
  constexpr double routed = 12, meshes = 4 * 4;
  const std::size_t mesh = config.size("stats.mesh");
  const double bytes =
      (fields + routed) * cube(header.n) + meshes * cube(mesh == 0 ? header.n : mesh);
  log::info("dry run: at most {:.2f} GiB per rank", bytes / world.size() / (1 << 30));
}

void check(const par::Comm& world, const config::Config& config, const Request& request) {
  const io::FieldHeader header = io::FieldFile(world, request.in).header();
  if (!request.target.empty()) {
    const io::FieldHeader other = io::FieldFile(world, request.target).header();
    par::agree(world, [&] {
      io::require_same_box(header, request.in.string(), other, request.target.string());
    });
  }
  if (config.dry_run()) report_needs(world, header, config);
}

/// Measures what `table` lacks and writes it. Collective.
void measure(const par::Comm& world, const config::Config& config, const Request& request,
             const io::InputDigests& digests, io::TableFile table) {
  const stats::Tracers model = stats::read_tracers(world, request.in);
  std::optional<stats::Tracers> target;
  if (!request.target.empty()) target = stats::read_tracers(world, request.target);
  stats::SharedMeshes shared(model, target ? &*target : nullptr, config.size("stats.mesh"),
                             stats::assignment_of(config.text("stats.assignment")),
                             request.in.string(), request.target.string());
  table.attributes = stats::describe_run(model.header(), target ? &target->header() : nullptr,
                                         digest_text(digests, request.inputs()));
  table.attributes["model_file"] = request.in.string();
  table.attributes["target_file"] = request.target.string();
  io::write_digested_run_record(world, request.out.parent_path(), config, digests);
  const auto failures = stats::measure_all(
      shared, request.statistics, config, table,
      [&](const io::TableFile& so_far) { io::write_table_file(world, request.partial(), so_far); });
  if (!table.group_attributes.empty()) io::write_table_file(world, request.out, table);
  par::agree(world, [&] {
    if (world.is_root()) fs::remove(request.partial());
  });
  stats::raise(failures, table.group_attributes.empty()
                             ? "no statistic could be measured"
                             : fmt::format("the others are in {}", request.out.string()));
}

}  // namespace

void stats(const par::Comm& world, const config::Config& config) {
  const Request request = par::agree(world, [&] { return request_of(config); });
  if (config.check_only() || config.dry_run()) return check(world, config, request);
  const io::InputDigests digests = io::digest_inputs(world, request.inputs());
  io::TableFile table =
      earlier_table(world, config, request, digest_text(digests, request.inputs()));
  if (is_complete(table, request.statistics) && stands(world, request.out)) {
    log::info("{} holds all of this already (stats.resume = never measures anew)",
              request.out.string());
    return;
  }
  measure(world, config, request, digests, std::move(table));
}

}  // namespace nubox::app
