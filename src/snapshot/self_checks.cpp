#include "nubox/snapshot/self_checks.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/units.hpp"
#include "nubox/par/agree.hpp"

#include "snapshot/border_planes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include <fmt/ranges.h>

namespace nubox::snapshot {
namespace {

using Triple = std::array<double, 3>;

Triple summed(const par::Comm& comm, Triple values) {
  comm.all_reduce(std::span<double>(values));
  return values;
}

double sites_of(const field::LatticeField& field) {
  const auto n = static_cast<double>(field.n());
  return n * n * n;
}

/// Sum of term(i) over i < count, in several partial sums so that vector instructions can be used.
template <class Term>
double sum_of(std::size_t count, const Term& term) {
  std::array<double, 8> strands{};
  const std::size_t whole = count - count % strands.size();
  for (std::size_t i = 0; i < whole; i += strands.size()) {
    for (std::size_t s = 0; s < strands.size(); ++s) strands[s] += term(i + s);
  }
  for (std::size_t i = whole; i < count; ++i) strands[0] += term(i);
  return std::accumulate(strands.begin(), strands.end(), 0.0);
}

double sum_of(std::span<const float> values) {
  return sum_of(values.size(), [&](std::size_t i) { return double{values[i]}; });
}

/// Sum of (a - b)^2.
double squared_distance(const float* a, const float* b, std::size_t count) {
  return sum_of(count, [=](std::size_t i) {
    const double difference = a[i] - b[i];
    return difference * difference;
  });
}

struct MeanSquares {
  Triple values{};       ///< by component
  Triple differences{};  ///< all components, between neighbours along each axis
};

/// Collective.
MeanSquares mean_squares(const field::LatticeField& field) {
  const std::size_t n = field.n(), plane = n * n, planes = field.layout().local().count;
  const std::vector<float> beyond = border_planes(field).after;
  MeanSquares sums;
  for (std::size_t c = 0; c < 3; ++c) {
    const auto values = field.component(c);
    for (std::size_t x = 0; x < planes; ++x) {
      const float* here = &values[x * plane];
      const float* next = x + 1 < planes ? here + plane : &beyond[c * plane];
      for (std::size_t y = 0; y < n; ++y) {
        const float* row = here + y * n;
        const float* next_row = here + (y + 1) % n * n;
        sums.values[c] += sum_of(n, [=](std::size_t z) { return double{row[z]} * double{row[z]}; });
        sums.differences[0] += squared_distance(row, next + y * n, n);
        sums.differences[1] += squared_distance(row, next_row, n);
        sums.differences[2] +=
            squared_distance(row, row + 1, n - 1) + squared_distance(row, row + n - 1, 1);
      }
    }
  }
  for (Triple* triple : {&sums.values, &sums.differences}) {
    *triple = summed(field.comm(), *triple);
    for (double& sum : *triple) sum /= sites_of(field);
  }
  return sums;
}

/// Sums of the field over blocks of sites, blocks^3 of them, per component. Collective.
std::vector<double> block_sums(const field::LatticeField& field, std::size_t blocks) {
  const std::size_t n = field.n(), start = field.layout().local().start;
  const auto block = [&](std::size_t index) { return index * blocks / n; };
  const auto first_of = [&](std::size_t b) { return (b * n + blocks - 1) / blocks; };
  std::vector<double> sums(3 * blocks * blocks * blocks, 0.0);
  for (std::size_t c = 0; c < 3; ++c) {
    const auto values = field.component(c);
    for (std::size_t row = 0; row < values.size() / n; ++row) {
      const std::size_t x = start + row / n, y = row % n;
      double* sum = &sums[((c * blocks + block(x)) * blocks + block(y)) * blocks];
      for (std::size_t b = 0; b < blocks; ++b) {
        const auto part = values.subspan(row * n + first_of(b), first_of(b + 1) - first_of(b));
        sum[b] += sum_of(part);
      }
    }
  }
  field.comm().all_reduce(std::span<double>(sums));
  return sums;
}

/// <u psi> / <psi psi> of block means: the growth rate, as both are linear on that scale.
double growth_rate(const field::LatticeField& displacement, const field::LatticeField& velocity,
                   double u_per_kms) {
  // The smallest blocks on which linear theory holds; at least two per side.
  constexpr double block_mpch = 60;
  const auto wanted = static_cast<std::size_t>(displacement.box_size_mpch() / block_mpch);
  const std::size_t blocks =
      std::min(std::clamp<std::size_t>(wanted, 2, 32), std::max<std::size_t>(displacement.n(), 1));
  const std::vector<double> psi = block_sums(displacement, blocks);
  const std::vector<double> v = block_sums(velocity, blocks);
  double cross = 0, square = 0;
  for (std::size_t i = 0; i < psi.size(); ++i) {
    cross += psi[i] * v[i] * u_per_kms;
    square += psi[i] * psi[i];
  }
  return square > 0 ? cross / square : 0;
}

Check growth_check(const field::LatticeField& displacement, const field::LatticeField& velocity,
                   double redshift, double Omega_m) {
  // A missing sqrt(a) changes the rate by 20 % at z = 0.5; small boxes scatter by 10 %.
  constexpr double tolerance = 0.15;
  const double a = units::scale_factor(redshift);
  const double E2 = Omega_m / (a * a * a) + 1 - Omega_m;  // radiation: below 1 % at z < 30
  const double expected = std::pow(Omega_m / (a * a * a) / E2, 0.55);
  const double measured =
      growth_rate(displacement, velocity, 1 / (units::hubble_kms_per_mpch * a * std::sqrt(E2)));
  return {fmt::format("growth rate from velocities {:.3f}, expected {:.3f} (within {:.0f} %)",
                      measured, expected, 100 * tolerance),
          std::abs(measured / expected - 1) < tolerance};
}

Check rms_check(const Triple& mean_squares, double box,
                const std::optional<ExpectedRms>& expected) {
  constexpr double largest_share = 0.2, tolerance = 0.15, sigmas = 3;
  Triple rms{};
  double mean = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    rms[c] = std::sqrt(mean_squares[c]);
    mean += mean_squares[c] / 3;
  }
  mean = std::sqrt(mean);
  Check check{fmt::format("rms displacement per axis {:.3f} Mpc/h (random sites: {:.1f})",
                          fmt::join(rms, ", "), box / std::sqrt(12)),
              *std::max_element(rms.begin(), rms.end()) < largest_share * box};
  if (expected) {
    const double allowed = tolerance * expected->mpch + sigmas * expected->scatter_mpch;
    check.text += fmt::format("; linear theory {:.3f} +- {:.3f}", expected->mpch, allowed);
    check.passed = check.passed && std::abs(mean - expected->mpch) < allowed;
  }
  return check;
}

}  // namespace

Triple mean_cells(const field::LatticeField& displacement_mpch) {
  Triple sums{};
  for (std::size_t c = 0; c < 3; ++c) sums[c] = sum_of(displacement_mpch.component(c));
  sums = summed(displacement_mpch.comm(), sums);
  for (double& sum : sums) sum /= sites_of(displacement_mpch) * displacement_mpch.spacing_mpch();
  return sums;
}

std::array<std::optional<double>, 3> offset_of(const Triple& mean) {
  constexpr double tolerance_cells = 3e-3;
  std::array<std::optional<double>, 3> offset;
  for (std::size_t c = 0; c < 3; ++c) {
    for (const double known : {0.0, 0.5}) {
      if (std::abs(mean[c] - known) < tolerance_cells) offset[c] = known;
    }
  }
  return offset;
}

ExpectedRms expected_rms(const cosmology::LinearTheory& theory, double a, double box_size_mpch,
                         std::size_t n) {
  // Per axis <psi^2> = 1/3 sum over modes of P/(V k^2): mode by mode where they are few, an
  // integral over spherical shells beyond, up to the Nyquist wavenumber.
  const int nyquist = static_cast<int>(n / 2);
  const int summed_to = std::min(nyquist, 12);
  const double k1 = 2 * units::pi / box_size_mpch, volume = std::pow(box_size_mpch, 3);
  const auto term = [&](double norm2) {
    const double k = k1 * std::sqrt(norm2);
    return theory.power_cb(k, a) / (volume * k * k);
  };
  double sum = 0, sum_of_squares = 0;
  for (int x = -summed_to; x <= summed_to; ++x) {
    for (int y = -summed_to; y <= summed_to; ++y) {
      for (int z = -summed_to; z <= summed_to; ++z) {
        const int norm2 = x * x + y * y + z * z;
        if (norm2 == 0 || norm2 > summed_to * summed_to) continue;
        const double value = term(norm2);
        sum += value;
        sum_of_squares += value * value;
      }
    }
  }
  for (int shell = summed_to + 1; shell <= nyquist; ++shell) {
    const double modes = 4 * units::pi * shell * shell;
    sum += modes * term(double{1} * shell * shell);
  }
  // |c_k|^2 has the variance of its mean squared, and k and -k are one mode.
  const double mean_square = sum / 3;
  const double relative_scatter = std::sqrt(2 * sum_of_squares) / sum / 2;
  return {std::sqrt(mean_square), std::sqrt(mean_square) * relative_scatter};
}

std::optional<ExpectedRms> expected_rms(const par::Comm& comm, const std::filesystem::path& tables,
                                        const io::FieldHeader& header) {
  const cosmology::Parameters& parameters = header.cosmology;
  try {
    const auto loaded = cosmology::LinearTables::load(comm, tables, parameters);
    return par::agree(comm, [&] {
      const double a = units::scale_factor(header.redshift);
      const auto source = parameters.M_nu_eV > 0 ? cosmology::NeutrinoSource::table
                                                 : cosmology::NeutrinoSource::none;
      const cosmology::LinearTheory theory(parameters, loaded, source, a);
      return expected_rms(theory, a, header.box_size_mpch, header.n);
    });
  } catch (const Error& error) {
    if (error.code() != ExitCode::input || !error.agreed()) throw;
    log::info("the rms displacement is not compared with linear theory: {}", error.what());
    return std::nullopt;
  }
}

std::vector<Check> self_checks(const field::LatticeField& displacement_mpch,
                               const field::LatticeField* velocity_kms, double redshift,
                               double Omega_m, const std::optional<ExpectedRms>& expected) {
  const auto [squares, differences] = mean_squares(displacement_mpch);
  std::vector<Check> checks{rms_check(squares, displacement_mpch.box_size_mpch(), expected)};
  constexpr double least_correlation = 0.5;
  Triple correlation = differences;
  for (double& value : correlation)
    value = 1 - value / (2 * (squares[0] + squares[1] + squares[2]));
  checks.push_back({fmt::format("correlation of neighbours along each axis {:.3f} (above {})",
                                fmt::join(correlation, ", "), least_correlation),
                    *std::min_element(correlation.begin(), correlation.end()) > least_correlation});
  if (velocity_kms != nullptr) {
    checks.push_back(growth_check(displacement_mpch, *velocity_kms, redshift, Omega_m));
  }
  return checks;
}

void require_passed(const par::Comm& comm, const std::vector<Check>& checks,
                    const std::string& map) {
  std::string failed;
  for (const Check& check : checks) {
    log::info("  {}: {}", check.text, check.passed ? "passed" : "FAILED");
    if (!check.passed) failed += (failed.empty() ? "" : "; ") + check.text;
  }
  if (failed.empty()) return;
  par::throw_agreed(
      comm,
      InputError("the particles do not start from the sites that {} gives them: {}", map, failed));
}

bool is_foreign(const io::FieldHeader& header) {
  constexpr const char* python_writer = "tools/nubox.py";
  return header.origin != "simulate" || header.code_version == python_writer;
}

void warn_of_failed_checks(const field::Box& box, const cosmology::LinearTheory& theory,
                           const std::string& name) {
  const io::FieldHeader& header = box.header;
  if (!is_foreign(header)) return;
  const double a = units::scale_factor(header.redshift);
  const auto checks = self_checks(box.displacement, box.velocity ? &*box.velocity : nullptr,
                                  header.redshift, header.cosmology.Omega_m,
                                  expected_rms(theory, a, header.box_size_mpch, header.n));
  for (const Check& check : checks) {
    if (check.passed) continue;
    log::warn_together(
        "{}: {}: are its units, its redshift or its order of sites others than the header says?",
        name, check.text);
  }
}

}  // namespace nubox::snapshot
