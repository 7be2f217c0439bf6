#include "nubox/prior/calibration.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <tuple>

namespace nubox::prior {
namespace {

/// Trial smoothing lengths, Mpc/h, in equal ratios.
constexpr std::array<double, 3> smoothing_trials_mpch = {0.5, 1, 2};

/// Through (0, y0), (1/2, y1), (1, y2).
double quadratic(double y0, double y1, double y2, double x) {
  return y0 + x * (-3 * y0 + 4 * y1 - y2) + 2 * x * x * (y0 - 2 * y1 + y2);
}

/// Sum of (T - 1)^2 at a damping and a position in [0, 1] between the logarithms of the shortest
/// and the longest length. Every T is the quadratic interpolation of the trials in both.
double misfit(std::span<const std::vector<double>> transfers, double damping, double place) {
  const std::vector<double>& all = transfers.front();
  double sum = 0;
  for (std::size_t b = 0; b < all.size(); ++b) {
    const double none = quadratic(transfers[1][b], transfers[3][b], transfers[5][b], place);
    const double half = quadratic(transfers[2][b], transfers[4][b], transfers[6][b], place);
    const double error = quadratic(none, half, all[b], damping) - 1;
    sum += error * error;
  }
  return sum;
}

/// ln G / ln s at the knots.
std::vector<double> exponents(const CalibrationPoint& point) {
  std::vector<double> all;
  for (const double g : point.gain) all.push_back(std::log(g) / std::log(point.amplitude_ratio));
  return all;
}

}  // namespace

std::size_t force_class(const io::FieldHeader& header) {
  const auto factor = io::find<std::int64_t>(header.extra, "mesh_factor");
  return !factor || *factor < 0 ? 0 : static_cast<std::size_t>(*factor);
}

std::size_t nearest_class(std::span<const std::size_t> known, std::size_t wanted) {
  const auto mesh = [](std::size_t of_class) {
    return static_cast<double>(of_class == 0 ? class_of_pair_forces : of_class);
  };
  // The same class first, then the nearest, then the finer of two.
  const auto rank = [&](std::size_t candidate) {
    return std::tuple(candidate != wanted, std::abs(std::log(mesh(candidate) / mesh(wanted))),
                      -mesh(candidate));
  };
  return *std::ranges::min_element(known, {}, rank);
}

Prescription prescribe(const Calibration& calibration, std::size_t force_class,
                       const Theories& theories, const RewindOptions& options) {
  if (calibration.empty()) return {options, {}};
  std::vector<std::size_t> classes;
  for (const CalibrationPoint& point : calibration.points) classes.push_back(point.mesh_factor);
  const std::size_t of_class = nearest_class(classes, force_class);
  std::vector<CalibrationPoint> points;
  std::ranges::copy_if(calibration.points, std::back_inserter(points),
                       [&](const auto& point) { return point.mesh_factor == of_class; });
  std::ranges::sort(points, std::ranges::greater(), &CalibrationPoint::amplitude_ratio);

  const double s = theories.amplitude_ratio(options.epoch_k_hmpc);
  const auto below = std::ranges::find_if(
      points, [&](const CalibrationPoint& point) { return point.amplitude_ratio <= s; });
  const CalibrationPoint& heavier = below == points.end() ? points.back() : *below;
  const CalibrationPoint& lighter = below == points.begin() ? heavier
                                    : below == points.end() ? heavier
                                                            : *(below - 1);
  const double span = std::log(heavier.amplitude_ratio / lighter.amplitude_ratio);
  const double share = span == 0 ? 0 : std::log(s / lighter.amplitude_ratio) / span;

  Prescription result{options, {calibration.k_hmpc, {}}};
  result.rewind.velocity_damping =
      std::lerp(lighter.velocity_damping, heavier.velocity_damping, share);
  result.rewind.velocity_smoothing_mpch =
      std::lerp(lighter.velocity_smoothing_mpch, heavier.velocity_smoothing_mpch, share);
  const std::vector<double> light = exponents(lighter), heavy = exponents(heavier);
  for (std::size_t j = 0; j < light.size(); ++j) {
    result.gain.value.push_back(std::pow(s, std::lerp(light[j], heavy[j], share)));
  }
  return result;
}

void write_calibration(const Calibration& calibration, const std::string& group,
                       io::TableFile& table) {
  if (calibration.empty()) return;
  const std::size_t count = calibration.points.size(), knots = calibration.k_hmpc.size();
  std::vector<std::int64_t> mesh_factors;
  std::vector<double> gains;
  const auto write = [&](const char* name, auto member, const char* units, const char* meaning) {
    std::vector<double> values;
    for (const CalibrationPoint& point : calibration.points) values.push_back(point.*member);
    table.arrays[group + "/" + name] = {{count}, values, units, meaning};
  };
  for (const CalibrationPoint& point : calibration.points) {
    mesh_factors.push_back(static_cast<std::int64_t>(point.mesh_factor));
    gains.insert(gains.end(), point.gain.begin(), point.gain.end());
  }
  table.arrays[group + "/mesh_factor"] = {
      {count}, mesh_factors, "1", "force mesh per particle spacing of the inputs; 0: not told"};
  write("mass", &CalibrationPoint::M_nu_eV, "eV", "total neutrino mass");
  write("amplitude_ratio", &CalibrationPoint::amplitude_ratio, "1",
        "R at the wavenumber of the rewind");
  write("velocity_smoothing", &CalibrationPoint::velocity_smoothing_mpch, "Mpc/h",
        "radius that tells coherent from incoherent momenta");
  write("velocity_damping", &CalibrationPoint::velocity_damping, "1",
        "share of the incoherent momenta that is kept");
  table.arrays[group + "/k"] = {{knots}, calibration.k_hmpc, "h/Mpc", "knots of the gain"};
  table.arrays[group + "/gain"] = {
      {count, knots}, gains, "1", "factor on displacements and velocities at the knots"};
}

Calibration read_calibration(const io::TableFile& table, const std::string& group) {
  if (!table.arrays.contains(group + "/k")) return {};
  const auto numbers = [&](const char* name) {
    return io::column<double>(table, group + "/" + name);
  };
  Calibration calibration{numbers("k"), {}};
  const auto mesh_factor = io::column<std::int64_t>(table, group + "/mesh_factor");
  const std::vector<double> mass = numbers("mass"), ratio = numbers("amplitude_ratio"),
                            smoothing = numbers("velocity_smoothing"),
                            damping = numbers("velocity_damping"), gain = numbers("gain");
  const std::size_t count = mesh_factor.size(), knots = calibration.k_hmpc.size();
  if (mass.size() != count || ratio.size() != count || smoothing.size() != count ||
      damping.size() != count || gain.size() != count * knots || count == 0 || knots == 0) {
    throw InputError("the datasets of '{}' have inconsistent lengths", group);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto first = gain.begin() + static_cast<std::ptrdiff_t>(i * knots);
    calibration.points.push_back({static_cast<std::size_t>(mesh_factor[i]),
                                  mass[i],
                                  ratio[i],
                                  smoothing[i],
                                  damping[i],
                                  {first, first + static_cast<std::ptrdiff_t>(knots)}});
  }
  return calibration;
}

std::vector<RewindOptions> velocity_trials(const RewindOptions& options) {
  std::vector<RewindOptions> trials;
  const auto add = [&](double smoothing_mpch, double damping) {
    trials.push_back(options);
    trials.back().velocity_smoothing_mpch = smoothing_mpch;
    trials.back().velocity_damping = damping;
  };
  add(smoothing_trials_mpch[1], 1);
  for (const double smoothing_mpch : smoothing_trials_mpch) {
    for (const double damping : {0.0, 0.5}) add(smoothing_mpch, damping);
  }
  return trials;
}

RewindOptions fit_velocities(const RewindOptions& options,
                             std::span<const std::vector<double>> transfers) {
  // A grid of 11 x 11 that shrinks around its best point, slowly enough to follow a narrow valley.
  double damping = 0.5, place = 0.5, best = misfit(transfers, damping, place);
  for (double half_width = 0.5; half_width > 1e-6; half_width *= 0.7) {
    const double middle_damping = damping, middle_place = place;
    for (int i = -5; i <= 5; ++i) {
      for (int j = -5; j <= 5; ++j) {
        const double f = std::clamp(middle_damping + i * half_width / 5, 0.0, 1.0);
        const double r = std::clamp(middle_place + j * half_width / 5, 0.0, 1.0);
        const double here = misfit(transfers, f, r);
        if (here >= best) continue;
        best = here;
        damping = f;
        place = r;
      }
    }
  }
  RewindOptions fitted = options;
  const double ratio = smoothing_trials_mpch.back() / smoothing_trials_mpch.front();
  fitted.velocity_smoothing_mpch = smoothing_trials_mpch.front() * std::pow(ratio, place);
  fitted.velocity_damping = damping;
  return fitted;
}

}  // namespace nubox::prior
