#pragma once

#include "nubox/stats/tracers.hpp"

#include <array>
#include <optional>
#include <string>

namespace nubox::stats {

/// The two boxes of a run.
enum class Side { model, target };

/// Sizes on which memory and time depend.
struct Sizes {
  std::size_t mesh_n = 0;
  double box_size_mpch = 0;
  double particles = 0;  ///< of one box, all ranks
  int ranks = 1;
  bool target = false;
  double mesh_bytes = 0;     ///< of one mesh on this rank
  double nu_mesh_bytes = 0;  ///< of the neutrino density of one box; zero without
};

/// Particles and meshes shared by all statistics of a run. Each box is painted and transformed
/// once, for the first statistic that needs its modes. Keeps references to the tracers. Memory: one
/// mesh per box; a statistic may allocate two more.
class SharedMeshes {
 public:
  /// mesh_n = 0: as many points as particles per side. `target` may be null. Collective.
  /// @throws InputError for boxes that differ or hold fewer than two particles; agreed
  SharedMeshes(const Tracers& model, const Tracers* target, std::size_t mesh_n,
               field::Assignment assignment, const std::string& model_name = "model",
               const std::string& target_name = "target");

  [[nodiscard]] const par::Comm& comm() const { return model_->comm(); }
  [[nodiscard]] const std::shared_ptr<const fft::Plan>& plan() const { return plan_; }
  [[nodiscard]] std::size_t mesh_n() const { return plan_->layout().n(); }
  [[nodiscard]] double box_size_mpch() const { return model_->box_size_mpch(); }
  [[nodiscard]] field::Assignment assignment() const { return assignment_; }
  [[nodiscard]] Sizes sizes() const;
  [[nodiscard]] bool has_target() const { return target_ != nullptr; }
  /// The boxes to measure: model and, if given, target.
  [[nodiscard]] std::vector<Side> sides() const;
  /// @throws InternalError for a target that does not exist
  [[nodiscard]] const Tracers& tracers(Side side) const;

  /// Modes c_n of the density contrast, not deconvolved, painted with the assignment of the run.
  /// Valid until modes of another assignment are requested. Collective. @throws InputError for a
  /// constant density; agreed
  [[nodiscard]] const fft::MeshField& modes(Side side) { return modes(side, assignment_); }
  /// The same with another assignment: painted again, in place of the stored modes.
  [[nodiscard]] const fft::MeshField& modes(Side side, field::Assignment assignment);

 private:
  struct Painted {
    field::Assignment assignment;
    fft::MeshField modes;
  };
  const Tracers* model_;
  const Tracers* target_;
  std::array<std::string, 2> names_;  ///< by side
  field::Assignment assignment_;
  std::shared_ptr<const fft::Plan> plan_;
  std::array<std::optional<Painted>, 2> painted_;  ///< by side
};

/// "model", "target": the suffixes of dataset names.
[[nodiscard]] std::string name_of(Side side);

}  // namespace nubox::stats
