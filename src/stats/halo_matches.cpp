#include "nubox/stats/halo_matches.hpp"

#include "nubox/core/error.hpp"
#include "nubox/field/periodic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nubox::stats {
namespace {

/// Sites that a halo of the model and one of the target share.
struct Overlap {
  std::uint32_t model, target;
  std::uint64_t shared;
};

bool comes_before(const Overlap& a, const Overlap& b) {
  return a.target != b.target ? a.target < b.target : a.model < b.model;
}

/// Adds up entries of the same two haloes.
void merge(std::vector<Overlap>& overlaps) {
  std::sort(overlaps.begin(), overlaps.end(), comes_before);
  std::size_t kept = 0;
  for (const Overlap& overlap : overlaps) {
    if (kept > 0 && !comes_before(overlaps[kept - 1], overlap)) {
      overlaps[kept - 1].shared += overlap.shared;
    } else {
      overlaps[kept++] = overlap;
    }
  }
  overlaps.resize(kept);
}

/// All overlaps of all ranks. Collective.
std::vector<Overlap> find_overlaps(const par::Comm& comm, const HaloCatalogue& model,
                                   const HaloCatalogue& target) {
  const auto& a = model.halo_of_particle;
  const auto& b = target.halo_of_particle;
  if (a.size() != b.size()) {
    throw InternalError("haloes of {} and {} local particles cannot be matched", a.size(),
                        b.size());
  }
  std::vector<Overlap> local;
  // Merged now and then, so that there are not as many entries as particles.
  std::size_t merge_at = std::size_t{1} << 20;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == Groups::none || b[i] == Groups::none) continue;
    if (!local.empty() && local.back().model == a[i] && local.back().target == b[i]) {
      ++local.back().shared;
      continue;
    }
    local.push_back({a[i], b[i], 1});
    if (local.size() < merge_at) continue;
    merge(local);
    merge_at = std::max(merge_at, 2 * local.size());
  }
  merge(local);
  auto all = comm.all_gather(std::span<const Overlap>(local));
  merge(all);
  return all;
}

/// Bin of a mass, or the number of bins.
std::size_t bin_of(double mass, std::span<const double> edges) {
  const auto above = std::upper_bound(edges.begin(), edges.end(), mass);
  if (above == edges.begin() || above == edges.end()) return edges.size() - 1;
  return static_cast<std::size_t>(above - edges.begin()) - 1;
}

struct ErrorSums {
  double ratio = 0, ratio2 = 0, position2 = 0, velocity2 = 0;
};

}  // namespace

std::vector<HaloMatch> match_haloes(const par::Comm& comm, const HaloCatalogue& model,
                                    const HaloCatalogue& target) {
  const auto overlaps = find_overlaps(comm, model, target);
  std::vector<HaloMatch> of_model(model.haloes.size()), of_target(target.haloes.size());
  // In order of target and model, so that the first of equal overlaps is kept.
  for (const Overlap& overlap : overlaps) {
    const HaloMatch match{overlap.model, overlap.target, overlap.shared};
    HaloMatch& best_of_model = of_model[overlap.model];
    HaloMatch& best_of_target = of_target[overlap.target];
    if (match.shared > best_of_model.shared) best_of_model = match;
    if (match.shared > best_of_target.shared) best_of_target = match;
  }
  std::vector<HaloMatch> matches;
  for (const HaloMatch& match : of_target) {
    if (match.shared > 0 && of_model[match.model] == match) matches.push_back(match);
  }
  return matches;
}

HaloMatchErrors match_errors(const HaloCatalogue& model, const HaloCatalogue& target,
                             std::span<const HaloMatch> matches,
                             std::span<const double> edges_msunh, double box_size_mpch) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const std::size_t bins = edges_msunh.size() - 1;
  std::vector<ErrorSums> sums(bins);
  HaloMatchErrors errors;
  errors.matches.assign(bins, 0);
  for (const HaloMatch& match : matches) {
    const Halo &a = model.haloes[match.model], &b = target.haloes[match.target];
    const double mass = static_cast<double>(b.particles) * target.particle_mass_msunh;
    const std::size_t bin = bin_of(mass, edges_msunh);
    if (bin == bins) continue;
    const double ratio = static_cast<double>(a.particles) * model.particle_mass_msunh / mass;
    ++errors.matches[bin];
    sums[bin].ratio += ratio;
    sums[bin].ratio2 += ratio * ratio;
    for (std::size_t c = 0; c < 3; ++c) {
      const double dx =
          field::minimum_image(a.position_mpch[c] - b.position_mpch[c], box_size_mpch);
      const double dv = a.velocity_kms[c] - b.velocity_kms[c];
      sums[bin].position2 += dx * dx;
      sums[bin].velocity2 += dv * dv;
    }
  }
  const auto of_target = mass_function(target, edges_msunh, box_size_mpch).counts;
  const bool velocities = model.has_velocities && target.has_velocities;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const auto n = static_cast<double>(errors.matches[bin]);  // 0 / 0 where there are none
    const double mean = sums[bin].ratio / n;
    errors.fraction.push_back(n / static_cast<double>(of_target[bin]));
    errors.mass_ratio_mean.push_back(mean);
    errors.mass_ratio_scatter.push_back(
        n > 0 ? std::sqrt(std::max(sums[bin].ratio2 / n - mean * mean, 0.0)) : nan);
    errors.position_rms_mpch.push_back(std::sqrt(sums[bin].position2 / n));
    errors.velocity_rms_kms.push_back(velocities ? std::sqrt(sums[bin].velocity2 / n) : nan);
  }
  return errors;
}

}  // namespace nubox::stats
