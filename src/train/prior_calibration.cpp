#include "nubox/train/prior_calibration.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/field/box.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/prior/theories.hpp"

#include "train/transfers.hpp"

#include <utility>

namespace nubox::train {
namespace {

/// One pair, with the modes of the true density.
struct CalibrationBox {
  field::Box input;
  field::LatticeField target_mpch;
  fft::MeshField truth;
};

std::vector<CalibrationBox> read_boxes(const par::Comm& comm, const std::vector<Twins>& twins) {
  std::vector<CalibrationBox> boxes;
  for (const auto& [massless, massive] : twins) {
    field::Box target = field::read_box(comm, massive);
    const auto plan = fft::Plan::create(comm, target.header.n);
    fft::MeshField truth = stats::particle_modes(plan, target.displacement);
    boxes.push_back(
        {field::read_box(comm, massless), std::move(target.displacement), std::move(truth)});
  }
  return boxes;
}

/// Fit of the parameters for one force class and mass.
class PointFit {
 public:
  PointFit(prior::Kind kind, const prior::RewindOptions& options, prior::Theories theories,
           std::vector<CalibrationBox> boxes)
      : kind_(kind), options_(options), theories_(std::move(theories)), boxes_(std::move(boxes)) {}

  /// Collective.
  prior::CalibrationPoint fit(const std::vector<double>& knots) {
    const par::Comm comm = boxes_.front().input.displacement.comm();
    if (kind_ == prior::Kind::rewind) fit_velocities();
    prior::GainFit gain_fit(knots);
    std::vector<field::LatticeField> predicted;
    for (const CalibrationBox& box : boxes_) {
      predicted.push_back(apply(box, options_));
      gain_fit.add(predicted.back(), box.target_mpch);
      if (kind_ == prior::Kind::linear) before_.add(box.truth, predicted.back(), boxes_.size());
    }
    const prior::Gain gain = par::agree(comm, [&] { return gain_fit.solve(); });
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      without_gain_.add(boxes_[i].truth, predicted[i], boxes_.size());
      field::apply_filter(predicted[i], boxes_[i].truth.plan(), gain);
      after_.add(boxes_[i].truth, predicted[i], boxes_.size());
    }
    return {.amplitude_ratio = theories_.amplitude_ratio(options_.epoch_k_hmpc),
            .velocity_smoothing_mpch = options_.velocity_smoothing_mpch,
            .velocity_damping = options_.velocity_damping,
            .gain = gain.value};
  }

  void report(const prior::CalibrationPoint& point, const std::vector<double>& knots) const {
    log::info("calibration: mesh {}, {} eV, {} boxes: R_v = {:.2f} Mpc/h, f_v = {:.2f}, G (k) ={}",
              point.mesh_factor, point.M_nu_eV, boxes_.size(), point.velocity_smoothing_mpch,
              point.velocity_damping, gain_text(point.gain, knots));
    log::info("  k, h/Mpc          {}", Transfers::head());
    log::info("  T of the prior    {}", before_.row());
    log::info("  T damped          {}", without_gain_.row());
    log::info("  T calibrated      {}", after_.row());
  }

 private:
  [[nodiscard]] field::LatticeField apply(const CalibrationBox& box,
                                          const prior::RewindOptions& options) const {
    log::beat();
    return prior::apply(kind_, box.input, theories_, options, {}, {}, prior::Velocities::omitted)
        .displacement;
  }

  void fit_velocities() {
    const std::vector<prior::RewindOptions> trials = prior::velocity_trials(options_);
    std::vector<Transfers> transfers(trials.size());
    for (const CalibrationBox& box : boxes_) {
      for (std::size_t t = 0; t < trials.size(); ++t) {
        transfers[t].add(box.truth, apply(box, trials[t]), boxes_.size());
      }
    }
    std::vector<std::vector<double>> values;
    for (const Transfers& of_trial : transfers) values.push_back(of_trial.values());
    options_ = prior::fit_velocities(options_, values);
    before_ = transfers.front();
  }

  prior::Kind kind_;
  prior::RewindOptions options_;
  prior::Theories theories_;
  std::vector<CalibrationBox> boxes_;
  Transfers before_, without_gain_, after_;
};

}  // namespace

prior::Calibration calibrate_prior(const par::Comm& comm, prior::Kind kind,
                                   const prior::RewindOptions& options, const TwinGroups& training,
                                   const cosmology::Parameters& parameters,
                                   const cosmology::LinearTables& tables) {
  const Stopwatch watch;
  log::set_phase("train: calibration of the prior");
  prior::Calibration calibration;
  for (const auto& [key, twins] : training) {
    const auto& [of_class, mass] = key;
    const io::FieldHeader massless_header = io::FieldFile(comm, twins.front().massless).header(),
                          massive_header = io::FieldFile(comm, twins.front().massive).header();
    prior::Theories theories = par::agree(comm, [&] {
      return prior::make_theories(parameters, tables, massless_header, massive_header);
    });
    if (prior::is_uncalibratable(theories, options.epoch_k_hmpc)) {
      log::info("calibration: {} eV: none, since the boxes have the same small-scale amplitude",
                mass);
      continue;
    }
    std::vector<CalibrationBox> boxes = read_boxes(comm, twins);
    const io::FieldHeader header = boxes.front().input.header;
    if (calibration.k_hmpc.empty()) {
      calibration.k_hmpc = prior::gain_knots(header.box_size_mpch, header.n);
    }
    PointFit fit(kind, options, std::move(theories), std::move(boxes));
    prior::CalibrationPoint point = fit.fit(calibration.k_hmpc);
    point.mesh_factor = of_class;
    point.M_nu_eV = mass;
    fit.report(point, calibration.k_hmpc);
    calibration.points.push_back(std::move(point));
  }
  log::info("calibration of {} force resolutions and masses: {:.0f} s", calibration.points.size(),
            watch.seconds());
  return calibration;
}

}  // namespace nubox::train
