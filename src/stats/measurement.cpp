#include "nubox/stats/measurement.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/density.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::stats {
namespace {

field::Assignment assignment_of(const std::string& name) {
  if (name == "ngp") return field::Assignment::ngp;
  if (name == "tsc") return field::Assignment::tsc;
  if (name == "pcs") return field::Assignment::pcs;
  return field::Assignment::cic;
}

PdfTable measure_pdf(const fft::MeshField& modes, const TopHat& filter,
                     const std::vector<double>& edges) {
  const fft::MeshField ratio = filter.smooth_ratio(modes);
  return {count_cells(ratio, edges), measure_moments(ratio)};
}

/// Modes for Fourier statistics: `first` itself or, interlaced, a mesh of its own.
class PowerModes {
 public:
  PowerModes(const fft::MeshField& first, const field::Snapshot& snapshot, const Settings& settings)
      : first_(&first) {
    if (settings.interlace) {
      interlaced_ = interlaced_modes(first, snapshot.displacement, settings.assignment);
    }
  }
  [[nodiscard]] const fft::MeshField& get() const { return interlaced_ ? *interlaced_ : *first_; }

 private:
  const fft::MeshField* first_;
  std::optional<fft::MeshField> interlaced_;
};

/// Subtracted noise may exceed the power: T and r are not numbers there.
void warn_of_negative_power(const PowerTable& power) {
  for (std::size_t i = 0; i < power.k_hmpc.size(); ++i) {
    if (power.p_model[i] > 0 && (power.p_target.empty() || power.p_target[i] > 0)) continue;
    log::warn_together(
        "no power is left above the shot noise from k = {:.3g} h/Mpc on: transfer and correlation "
        "are "
        "not defined there",
        power.k_hmpc[i]);
    return;
  }
}

}  // namespace

Settings settings_of(const config::Config& config) {
  Settings settings;
  settings.mesh = config.size("stats.mesh");
  settings.assignment = assignment_of(config.text("stats.assignment"));
  settings.interlace = config.flag("stats.interlace");
  settings.subtract_shot_noise = config.text("stats.shot_noise") == "subtract";
  const auto names = config.texts("stats.statistics");
  const auto wanted = [&](const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  settings.power = wanted("power");
  settings.pdf = wanted("pdf");
  settings.residual = wanted("residual");
  if (names.empty()) throw UsageError("stats.statistics names nothing to measure");
  if (names.size() == 1 && settings.residual && config.text("stats.target").empty()) {
    throw UsageError("stats.statistics = residual needs a stats.target to compare with");
  }
  settings.radius_mpch = config.number("pdf.radius_mpch");
  settings.filter =
      config.text("pdf.filter") == "analytic" ? TopHatKind::analytic : TopHatKind::discrete;
  const auto edges = config.numbers("pdf.edges");
  constexpr double largest_log10 = 30;  // densities are floats
  if (edges.size() != 3 || edges[2] < 2 || edges[2] != std::floor(edges[2]) ||
      edges[0] >= edges[1] || edges[1] > largest_log10) {
    throw UsageError(
        "pdf.edges takes log10 of the lowest and the highest edge (at most {}) and their number",
        largest_log10);
  }
  settings.edges = logarithmic_edges(edges[0], edges[1], static_cast<std::size_t>(edges[2]));
  return settings;
}

Measurement measure(const field::Snapshot& model, const field::Snapshot* target,
                    const Settings& settings, const std::string& model_name,
                    const std::string& target_name) {
  const field::LatticeField& psi = model.displacement;
  Measurement result;
  result.settings = settings;
  result.model = model.header;
  if (target != nullptr) {
    par::agree(psi.comm(), [&] {
      io::require_same_box(model.header, model_name, target->header, target_name);
    });
    result.target = target->header;
  }
  std::size_t& mesh_n = result.settings.mesh;
  if (mesh_n == 0) mesh_n = psi.n();

  if (settings.power || settings.pdf) {
    const auto plan = fft::Plan::create(psi.comm(), mesh_n);
    const auto model_modes = density_modes(psi, plan, settings.assignment);
    std::optional<fft::MeshField> target_modes;
    if (target != nullptr) {
      target_modes = density_modes(target->displacement, plan, settings.assignment);
    }
    if (settings.power) {
      const PowerModes a(model_modes, model, settings);
      std::optional<PowerModes> b;
      if (target != nullptr) b.emplace(*target_modes, *target, settings);
      const PowerOptions options{settings.assignment, settings.interlace,
                                 settings.subtract_shot_noise,
                                 std::pow(static_cast<double>(psi.n()), 3)};
      result.power = measure_power(a.get(), b ? &b->get() : nullptr, options);
      warn_of_negative_power(*result.power);
    }
    if (settings.pdf) {
      const TopHat filter(plan, psi.box_size_mpch(), settings.radius_mpch, settings.filter);
      result.filter_cells = filter.cells();
      result.filter_effective_radius_mpch = filter.effective_radius_mpch();
      result.pdf_model = measure_pdf(model_modes, filter, settings.edges);
      if (target_modes) result.pdf_target = measure_pdf(*target_modes, filter, settings.edges);
    }
  }
  if (settings.residual && target != nullptr) {
    result.displacement_error = vector_error(psi, target->displacement);
    if (model.velocity && target->velocity) {
      result.velocity_error = vector_error(*model.velocity, *target->velocity);
    }
  }
  return result;
}

}  // namespace nubox::stats
