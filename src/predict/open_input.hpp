#pragma once

#include "nubox/field/halo.hpp"
#include "nubox/predict/tile_plan.hpp"
#include "nubox/prior/features.hpp"
#include "nubox/prior/prior.hpp"

#include "predict/input_box.hpp"
#include "predict/prediction_setup.hpp"
#include "predict/stages.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace nubox::predict {

/// The input of one task: its open file, and everything that its boxes share.
class OpenInput {
 public:
  /// Opens the file and checks it by its header. Collective. @throws as Predictor::open
  OpenInput(const PredictionSetup& setup, const SuiteTask& task);

  [[nodiscard]] const InputBox& box() const { return input_; }
  [[nodiscard]] const cosmology::LinearTheory& massless_theory() const {
    return theories_.begin()->second.massless;
  }

  /// Predicts one box; none if its output is complete already (PredictBox). Collective.
  [[nodiscard]] std::optional<PendingBox> predict(const OutputRequest& request,
                                                  const std::filesystem::path& next_input,
                                                  const std::function<void()>& input_is_read);

 private:
  /// Attributes that determine a predicted box. Collective.
  [[nodiscard]] io::Attributes recipe(double M_nu_eV) const;
  /// Force class of the input. Rank-local; after share().
  [[nodiscard]] std::size_t force_class() const;
  void log_force_class() const;
  /// Says in header and log what lies outside the range of the training. All ranks call it.
  void describe_training_range(io::FieldHeader& predicted) const;
  /// Both cosmologies of a requested box. Rank-local. @throws InputError
  [[nodiscard]] prior::Theories theories_of(double M_nu_eV) const;
  [[nodiscard]] PendingBox make(const OutputRequest& request, const io::Attributes& recipe,
                                const std::filesystem::path& next_input,
                                const std::function<void()>& input_is_read);
  /// Computes what does not depend on the mass, if it is needed and not there: the force on the
  /// input, and the channels of the network. Collective.
  void share(const field::Box& input, const prior::Theories& theories, bool last, Stages& stages);
  /// Displacements and velocities predicted by the prior. Consumes the input. Collective.
  [[nodiscard]] field::Box apply_prior(field::Box input, const prior::Theories& theories,
                                       bool last);
  /// Adds the increment of the network to the prediction of the prior. Collective.
  void apply_network(const prior::Theories& theories, const prior::Gain& gain,
                     field::Box& predicted);
  /// Measures the seams of the tiles, logs them and adds them to the header. Collective.
  void measure_seams(const field::LatticeField& input, std::size_t tile,
                     field::Box& predicted) const;
  /// Asks the system to read the next input ahead. Collective.
  void read_ahead(const std::filesystem::path& path) const;

  const PredictionSetup* setup_;
  InputBox input_;
  std::shared_ptr<const fft::Plan> plan_;       ///< of its lattice, for filters of all boxes
  std::map<double, prior::Theories> theories_;  ///< by mass of the requested boxes, eV
  // Computed with the first box.
  std::shared_ptr<const field::LatticeField> force_mpch_;  ///< until the last box has used it
  std::optional<TilePlan> tiles_;                          ///< of the network
  std::vector<field::HaloedSlab> channels_;                ///< of the network, in its order
  std::optional<double> residual_velocity_mpch_;           ///< rms of a component
};

}  // namespace nubox::predict
