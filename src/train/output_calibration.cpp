#include "nubox/train/output_calibration.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/predict/predict.hpp"
#include "nubox/prior/theories.hpp"

#include "train/transfers.hpp"

#include <cmath>

namespace nubox::train {
namespace {

/// Error of T with the same weight as the displacement error at G = 1, in units of |ln s|.
constexpr double tolerance_per_effect = 0.13;
/// Step of the finite differences dT/dG.
constexpr double gain_step = 0.004;
/// Steps of Newton's method; T is nearly linear in G.
constexpr int newton_steps = 3;

/// A predicted displacement and the modes of the true density.
struct PredictedBox {
  field::LatticeField predicted_mpch;
  fft::MeshField truth;
};

class OutputFit {
 public:
  OutputFit(std::vector<PredictedBox> boxes, std::vector<double> knots, double tolerance)
      : boxes_(std::move(boxes)), knots_(std::move(knots)), tolerance_(tolerance) {}

  /// Transfer functions under a gain. Collective.
  [[nodiscard]] Transfers transfers(const prior::Gain& gain) const {
    Transfers all;
    for (const PredictedBox& box : boxes_) {
      log::beat();
      field::LatticeField moved = box.predicted_mpch;
      field::apply_filter(moved, box.truth.plan(), gain);
      all.add(box.truth, moved, boxes_.size());
    }
    return all;
  }

  /// @param at_one  mean transfer function at G = 1
  /// Collective.
  [[nodiscard]] prior::Gain solve(const prior::GainFit& fit,
                                  const std::vector<double>& at_one) const {
    prior::Gain gain{knots_, std::vector<double>(knots_.size(), 1)};
    std::vector<std::vector<double>> slopes;  // [knot][bin]
    for (std::size_t j = 0; j < knots_.size(); ++j) {
      prior::Gain changed = gain;
      changed.value[j] += gain_step;
      slopes.push_back(transfers(changed).mean());
      for (std::size_t b = 0; b < at_one.size(); ++b) {
        slopes.back()[b] = (slopes.back()[b] - at_one[b]) / gain_step;
      }
    }
    for (int step = 0; step < newton_steps; ++step) {
      const std::vector<double> mean = step == 0 ? at_one : transfers(gain).mean();
      prior::TransferResponse response{{}, {}, gain.value};
      for (std::size_t b = 0; b < mean.size(); ++b) {
        if (std::isnan(mean[b])) continue;
        response.transfer.push_back(mean[b]);
        auto& row = response.response.emplace_back();
        for (const auto& of_knot : slopes) row.push_back(of_knot[b]);
      }
      gain = par::agree(boxes_.front().predicted_mpch.comm(),
                        [&] { return fit.solve(response, tolerance_); });
    }
    return gain;
  }

 private:
  std::vector<PredictedBox> boxes_;
  std::vector<double> knots_;
  double tolerance_;
};

void report(const prior::CalibrationPoint& point, const std::vector<double>& knots,
            std::size_t boxes, const Transfers& before, const Transfers& after) {
  log::info("output: mesh {}, {} eV, {} boxes: G (k) ={}", point.mesh_factor, point.M_nu_eV, boxes,
            gain_text(point.gain, knots));
  log::info("  k, h/Mpc          {}", Transfers::head());
  log::info("  T of the network  {}", before.row());
  log::info("  T calibrated      {}", after.row());
}

}  // namespace

prior::Calibration calibrate_output(const par::Comm& comm, const net::Evaluator& network,
                                    const TwinGroups& groups,
                                    const cosmology::Parameters& parameters,
                                    const cosmology::LinearTables& tables,
                                    const std::function<TrainingPair(const Twins&)>& read) {
  const Stopwatch watch;
  const memory::HeapRetention across_tiles;
  log::set_phase("train: calibration of the output");
  const double epoch_k_hmpc = prior::read_rewind_options(network.card().extra).epoch_k_hmpc;
  prior::Calibration calibration;
  for (const auto& [key, twins] : groups) {
    const auto& [of_class, mass] = key;
    const io::FieldHeader header = io::FieldFile(comm, twins.front().massless).header(),
                          massive = io::FieldFile(comm, twins.front().massive).header();
    const prior::Theories theories =
        par::agree(comm, [&] { return prior::make_theories(parameters, tables, header, massive); });
    if (prior::is_uncalibratable(theories, epoch_k_hmpc)) continue;
    if (calibration.k_hmpc.empty()) {
      calibration.k_hmpc = prior::gain_knots(header.box_size_mpch, header.n);
    }
    prior::GainFit fit(calibration.k_hmpc, prior::GainFit::Error::displacement);
    std::vector<PredictedBox> boxes;
    for (const Twins& files : twins) {
      TrainingPair pair = read(files);
      const predict::TilePlan tiles =
          predict::plan_tiles(pair.features.layout(), network.card().architecture, {});
      field::LatticeField predicted = predict::predict_displacement(
          std::move(pair.features), std::move(pair.prior_mpch), network, pair.conditioning, tiles);
      fit.add(predicted, pair.target_mpch);
      const auto plan = fft::Plan::create(comm, predicted.n());
      boxes.push_back(
          {std::move(predicted), stats::particle_modes(plan, std::move(pair.target_mpch))});
    }
    const double ratio = theories.amplitude_ratio(epoch_k_hmpc);
    const OutputFit output(std::move(boxes), calibration.k_hmpc,
                           tolerance_per_effect * std::abs(std::log(ratio)));
    const Transfers before = output.transfers({});
    const prior::Gain gain = output.solve(fit, before.mean());
    calibration.points.push_back(
        {.mesh_factor = of_class, .M_nu_eV = mass, .amplitude_ratio = ratio, .gain = gain.value});
    report(calibration.points.back(), calibration.k_hmpc, twins.size(), before,
           output.transfers(gain));
  }
  log::info("calibration of the output: {:.0f} s", watch.seconds());
  return calibration;
}

}  // namespace nubox::train
