#include "nubox/stats/suite.hpp"

#include "nubox/core/build_info.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/phase.hpp"
#include "nubox/core/timer.hpp"

#include <algorithm>

namespace nubox::stats {
namespace {

constexpr const char* settings_attribute = "settings_checksum";
constexpr const char* failed_attribute = "failed_statistics";

bool is_below(const std::string& path, const std::string& group) {
  return path == group || path.starts_with(group + "/");
}

void erase_group(io::TableFile& table, const std::string& name) {
  const auto below = [&](const auto& entry) { return is_below(entry.first, name); };
  std::erase_if(table.arrays, below);
  std::erase_if(table.group_attributes, below);
}

/// Group attribute as text, empty if it is missing.
std::string text_of(const io::Attributes& attributes, const std::string& name) {
  return io::find<std::string>(attributes, name).value_or("");
}

}  // namespace

void drop_stale(io::TableFile& table, std::span<const Statistic> statistics,
                const std::string& inputs_digest) {
  if (text_of(table.attributes, "inputs_checksum") != inputs_digest ||
      text_of(table.attributes, "code_version") != version_text()) {
    table.attributes.clear();
    table.group_attributes.clear();
    table.arrays.clear();
    return;
  }
  std::vector<std::string> keep;
  for (const Statistic& statistic : statistics) {
    const auto group = table.group_attributes.find(statistic.name);
    if (group != table.group_attributes.end() && !statistic.settings_checksum.empty() &&
        text_of(group->second, settings_attribute) == statistic.settings_checksum) {
      keep.push_back(statistic.name);
    }
  }
  const auto stale = [&](const auto& entry) {
    return std::none_of(keep.begin(), keep.end(),
                        [&](const std::string& name) { return is_below(entry.first, name); });
  };
  std::erase_if(table.arrays, stale);
  std::erase_if(table.group_attributes, stale);
}

std::vector<Failure> measure_all(SharedMeshes& shared, std::span<const Statistic> statistics,
                                 io::TableFile& table,
                                 const std::function<void(const io::TableFile&)>& save) {
  std::vector<Failure> failures;
  table.attributes.erase(failed_attribute);
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    const Statistic& statistic = statistics[i];
    if (table.group_attributes.contains(statistic.name)) {
      log::info("{}: kept from the earlier run", statistic.name);
      continue;
    }
    enter_phase(fmt::format("stats: {} ({} of {})", statistic.name, i + 1, statistics.size()));
    const Stopwatch watch;
    try {
      statistic.measure(shared, table);
      table.group_attributes[statistic.name][settings_attribute] = statistic.settings_checksum;
      log::info("{}: {:.2f} s ({} of {})", statistic.name, watch.seconds(), i + 1,
                statistics.size());
    } catch (const Error& error) {
      // Without agreement other ranks may wait in a collective call: the run must end.
      if (!error.agreed() || error.code() == ExitCode::communication) throw;
      erase_group(table, statistic.name);
      failures.push_back({statistic.name, error});
      log::warn_together("{} failed: {}", statistic.name, error.what());
    }
    if (i + 1 < statistics.size()) save(table);
  }
  std::string failed;
  for (const Failure& failure : failures) {
    failed += fmt::format("{}{}: {}", failed.empty() ? "" : "\n", failure.statistic,
                          failure.error.what());
  }
  if (!failed.empty()) table.attributes[failed_attribute] = failed;
  return failures;
}

double predicted_bytes(const Sizes& sizes, std::size_t vectors,
                       std::span<const Statistic> statistics) {
  constexpr double vector_bytes = 3 * sizeof(float);
  const double boxes = sizes.target ? 2 : 1;
  const double particles = sizes.particles / sizes.ranks;
  const double box = particles * vector_bytes * static_cast<double>(vectors) + sizes.nu_mesh_bytes;
  // The vector read last exists twice, in the read buffer and as field.
  const double reading = boxes * box + particles * vector_bytes;
  // Painting the last box: its mesh, those before, and the wrapped positions.
  const double painting = boxes * (box + sizes.mesh_bytes) + particles * vector_bytes;
  double most = std::max(reading, painting);
  for (const Statistic& statistic : statistics) {
    most = std::max(most, boxes * (box + sizes.mesh_bytes) + statistic.work_bytes(sizes));
  }
  return most;
}

double mesh_bytes(std::size_t n, int ranks) {
  const auto on = static_cast<std::size_t>(ranks);
  return static_cast<double>((n + on - 1) / on * n * 2 * (n / 2 + 1) * sizeof(float));
}

io::Attributes describe_run(const io::FieldHeader& model, const io::FieldHeader* target,
                            const std::string& inputs_digest) {
  io::Attributes attributes{{"box_size_mpch", model.box_size_mpch},
                            {"n", static_cast<std::int64_t>(model.n)},
                            {"redshift", model.redshift},
                            {"Omega_m", model.cosmology.Omega_m},
                            {"Omega_b", model.cosmology.Omega_b},
                            {"h", model.cosmology.h},
                            {"n_s", model.cosmology.n_s},
                            {"A_s", model.cosmology.A_s},
                            {"species", model.species},
                            {"seed", model.seed},
                            {"M_nu_model_eV", model.cosmology.M_nu_eV},
                            {"origin_model", model.origin},
                            {"realisations", std::int64_t{1}},
                            {"inputs_checksum", inputs_digest},
                            {"code_version", version_text()}};
  if (target != nullptr) {
    attributes["M_nu_target_eV"] = target->cosmology.M_nu_eV;
    attributes["origin_target"] = target->origin;
    attributes["seed_target"] = target->seed;
  }
  return attributes;
}

void raise(std::span<const Failure> failures, const std::string& file) {
  if (failures.empty()) return;
  const Failure* worst = &failures.front();
  std::string text;
  for (const Failure& failure : failures) {
    if (failure.error.code() > worst->error.code()) worst = &failure;
    text += fmt::format("{}: {}\n", failure.statistic, failure.error.what());
  }
  throw worst->error.with_text(text + file);
}

}  // namespace nubox::stats
