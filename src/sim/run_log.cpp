#include "sim/run_log.hpp"

#include "nubox/sim/p3m_force.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace nubox::sim {

std::string shares_text(const PhaseTimes& times) {
  if (times.seconds().empty()) return "none";
  double total = 0;
  for (const auto& [phase, seconds] : times.seconds()) total += seconds;
  std::string text;
  for (const auto& [phase, seconds] : times.seconds()) {
    text += fmt::format("{}{} {:.0f} %", text.empty() ? "" : ", ", phase, 100 * seconds / total);
  }
  return text;
}

ForceSplit pair_split(const SimulationOptions& options) {
  return P3mForce::split_of(options.mesh_factor * options.n, options.box_size_mpch,
                            softening_mpch(options));
}

std::string pairs_text(const SimulationOptions& options) {
  if (options.gravity == Gravity::pm) return "";
  const ForceSplit split = pair_split(options);
  const std::string steps = options.accuracy > 0
                                ? fmt::format("steps by simulate.accuracy = {}", options.accuracy)
                                : fmt::format("{} steps uniform in sqrt(a)", options.steps);
  return fmt::format(", pairs within {:.3g} Mpc/h (softening {:.3g}), {}", split.cutoff_mpch,
                     split.softening_mpch, steps);
}

void StepLengths::add(double dlna) {
  longest_ = std::max(longest_, dlna);
  shortest_ = std::min(shortest_, dlna);
}

std::string StepLengths::text() const {
  return longest_ > 0 ? fmt::format(" of dln a = {:.3g} to {:.2g}", longest_, shortest_) : "";
}

}  // namespace nubox::sim
