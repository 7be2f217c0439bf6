#include "nubox/stats/stats_plan.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/memory_limits.hpp"
#include "nubox/stats/suite.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::stats {

namespace fs = std::filesystem;

namespace {

/// Time of one core per mesh cell and box, microseconds: power, PDF and residuals together.
constexpr double cell_us = 1;

}  // namespace

std::vector<fs::path> StatsPlan::inputs_of(const StatsPair& pair) const {
  std::vector<fs::path> paths{pair.in};
  if (pair.has_target()) paths.push_back(pair.target);
  paths.insert(paths.end(), independent.begin(), independent.end());
  return paths;
}

std::vector<fs::path> StatsPlan::inputs() const {
  std::vector<fs::path> paths;
  for (const StatsPair& pair : pairs) {
    const auto own = inputs_of(pair);
    paths.insert(paths.end(), own.begin(), own.end());
  }
  return paths;
}

std::vector<io::PlannedFile> StatsPlan::outputs() const {
  std::vector<io::PlannedFile> files;
  for (const StatsPair& pair : pairs) {
    files.push_back({pair.out, io::table_kind(stats_format)});
    files.push_back({pair.partial(), io::table_kind(stats_format)});
  }
  if (pairs.size() > 1) files.push_back({out, io::table_kind(stats_format)});
  return files;
}

StatsPlan plan_pairs(const std::vector<fs::path>& boxes, const std::vector<fs::path>& targets,
                     const fs::path& out) {
  if (!targets.empty() && targets.size() != boxes.size()) {
    throw UsageError("stats.in has {} boxes, stats.target has {}: the numbers must be equal",
                     boxes.size(), targets.size());
  }
  StatsPlan plan;
  plan.out = out;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const fs::path numbered = out.parent_path() / fmt::format("{}-{}{}", out.stem().string(), i + 1,
                                                              out.extension().string());
    plan.pairs.push_back(
        {boxes[i], targets.empty() ? fs::path() : targets[i], boxes.size() == 1 ? out : numbered});
  }
  return plan;
}

std::string digest_text(const io::InputDigests& digests, const std::vector<fs::path>& inputs) {
  std::string text;
  for (const fs::path& input : inputs) {
    const io::FileDigest& digest = digests.at(input.string());
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", digest.size_bytes, digest.checksum);
  }
  return text;
}

io::TableFile empty_stats_table() {
  io::TableFile table;
  table.format = stats_format;
  return table;
}

io::TableFile earlier_table(const par::Comm& comm, const StatsPair& pair,
                            std::span<const Statistic> statistics,
                            const std::string& inputs_digest) {
  for (const fs::path& path : {pair.partial(), pair.out}) {
    if (!par::root_decides(comm, [&] { return fs::exists(path); })) continue;
    try {
      io::TableFile table = io::read_table_file(comm, path, stats_format);
      drop_stale(table, statistics, inputs_digest);
      if (!table.group_attributes.empty()) return table;
    } catch (const Error& error) {
      if (error.code() != ExitCode::input || !error.agreed()) throw;
      log::info("{} contains no statistics to keep: {}", path.string(), error.what());
    }
  }
  return empty_stats_table();
}

bool has_all(const io::TableFile& table, std::span<const Statistic> statistics) {
  return std::all_of(statistics.begin(), statistics.end(), [&](const Statistic& statistic) {
    return table.group_attributes.contains(statistic.name);
  });
}

PairSummary summarize_pair(const par::Comm& comm, const StatsPair& pair,
                           const gadget::ReaderOptions& options) {
  if (!pair.has_target()) return {summarize_box(comm, pair.in, nullptr, options), std::nullopt};
  const BoxSummary target = summarize_box(comm, pair.target, nullptr, options);
  const BoxSummary in = summarize_box(comm, pair.in, &target.header, options);
  return {in, summarize_box(comm, pair.target, &in.header, options)};
}

std::uint64_t required_bytes(const par::Comm& comm, const StatsPair& pair,
                             const PairSummary& summary, std::size_t mesh_n,
                             std::span<const Statistic> statistics) {
  const BoxSummary& in = summary.in;
  const auto& target = summary.target;
  if (target) {
    par::agree(comm, [&] {
      io::require_same_box(in.header, pair.in.string(), target->header, pair.target.string());
    });
  }
  const auto particles = static_cast<double>(in.particles);
  Sizes sizes;
  sizes.mesh_n =
      mesh_n == 0 ? static_cast<std::size_t>(std::ceil(std::cbrt(particles) - 1e-9)) : mesh_n;
  sizes.box_size_mpch = in.header.box_size_mpch;
  sizes.particles = particles;
  sizes.ranks = comm.size();
  sizes.target = pair.has_target();
  sizes.mesh_bytes = mesh_bytes(sizes.mesh_n, sizes.ranks);
  sizes.nu_mesh_bytes =
      mesh_bytes(std::max(in.nu_mesh_n, target ? target->nu_mesh_n : 0), sizes.ranks);
  return static_cast<std::uint64_t>(predicted_bytes(sizes, in.has_velocity ? 2 : 1, statistics));
}

RunCost stats_cost(const par::Comm& comm, const StatsPlan& plan, std::size_t mesh_n,
                   std::span<const Statistic> statistics) {
  RunCost cost{.speed = fmt::format("{} us per mesh cell and box", cell_us)};
  for (const StatsPair& pair : plan.pairs) {
    const PairSummary summary = summarize_pair(comm, pair, plan.reader);
    cost.rank_bytes =
        std::max(cost.rank_bytes, required_bytes(comm, pair, summary, mesh_n, statistics));
    const auto cells = static_cast<double>(
        std::max(summary.in.particles, static_cast<std::uint64_t>(std::pow(mesh_n, 3))));
    cost.core_seconds += 1e-6 * cell_us * cells * (pair.has_target() ? 2 : 1);
  }
  cost.rank_bytes += par::library_buffer_bytes;
  return cost;
}

}  // namespace nubox::stats
