#pragma once

#include "nubox/core/timer.hpp"
#include "nubox/sim/force_split.hpp"
#include "nubox/sim/simulate.hpp"

#include <limits>
#include <string>

/// What the log says of a run.
namespace nubox::sim {

/// "fft 40 %, paint 25 %, ...", of the seconds spent in forces.
[[nodiscard]] std::string shares_text(const PhaseTimes& times);

/// How the options split the force between mesh and pairs.
[[nodiscard]] ForceSplit pair_split(const SimulationOptions& options);

/// Pair forces, and what sets their steps; empty for the mesh alone.
[[nodiscard]] std::string pairs_text(const SimulationOptions& options);

/// Range of the lengths of adaptive steps.
class StepLengths {
 public:
  void add(double dlna);
  /// " of dln a = 0.05 to 0.002"; empty without adaptive steps.
  [[nodiscard]] std::string text() const;

 private:
  double longest_ = 0, shortest_ = std::numeric_limits<double>::infinity();
};

}  // namespace nubox::sim
