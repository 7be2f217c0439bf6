#include "nubox/stats/haloes.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/cosmology/neutrino_omega.hpp"
#include "nubox/field/periodic.hpp"
#include "nubox/par/agree.hpp"

#include "stats/tracer_positions.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace nubox::stats {
namespace {

constexpr double turn = 0x1p32;            ///< units of positions per box
constexpr double velocity_units = 0x1p12;  ///< per km/s
constexpr std::uint64_t low_word = 0xFFFFFFFF;

/// Sums over the members of one halo. Squares of velocities have up to 64 bits, so that their sum
/// has two words.
struct Sums {
  std::uint64_t particles, square_high, square_low;
  std::array<std::int64_t, 3> offset, velocity;
};
static_assert(sizeof(Sums) == 9 * sizeof(std::int64_t));

/// Number of the first particle of this rank, and access to particles of either form.
struct LocalParticles {
  const Tracers& tracers;
  std::uint64_t first = 0;

  explicit LocalParticles(const Tracers& of) : tracers(of) {
    if (const field::Box* box = of.lattice()) {
      const auto& layout = box->displacement.layout();
      first = layout.local().start * layout.n() * layout.n();
      return;
    }
    const auto counts =
        of.comm().all_gather(static_cast<std::uint64_t>(of.catalogue()->positions_mpch.size() / 3));
    for (std::size_t r = 0; r < static_cast<std::size_t>(of.comm().rank()); ++r) first += counts[r];
  }
  [[nodiscard]] float velocity_kms(std::size_t i, std::size_t c) const {
    if (const field::Box* box = tracers.lattice()) return box->velocity->component(c)[i];
    return tracers.catalogue()->velocities_kms[3 * i + c];
  }
};

/// Lowest particle number of each group. Collective.
std::vector<std::uint64_t> first_sites(const par::Comm& comm, const Groups& groups,
                                       std::uint64_t first) {
  std::vector<std::uint64_t> sites(groups.count, std::numeric_limits<std::uint64_t>::max());
  for (std::size_t i = 0; i < groups.group.size(); ++i) {
    if (groups.group[i] == Groups::none) continue;
    sites[groups.group[i]] = std::min(sites[groups.group[i]], first + i);
  }
  comm.all_reduce(std::span<std::uint64_t>(sites), par::Reduction::min);
  return sites;
}

/// Positions of the first members, relative to which the others are summed. Collective.
std::vector<std::uint64_t> reference_positions(
    const par::Comm& comm, const std::vector<std::uint64_t>& sites, std::uint64_t first,
    const std::vector<field::ParticlePosition>& positions) {
  std::vector<std::uint64_t> references(3 * sites.size(), 0);
  for (std::size_t g = 0; g < sites.size(); ++g) {
    if (sites[g] < first || sites[g] - first >= positions.size()) continue;
    const auto& p = positions[sites[g] - first];
    references[3 * g] = p.x;
    references[3 * g + 1] = p.y;
    references[3 * g + 2] = p.z;
  }
  comm.all_reduce(std::span<std::uint64_t>(references));
  return references;
}

void add_velocity(const LocalParticles& particles, std::size_t i, Sums& sums) {
  for (std::size_t c = 0; c < 3; ++c) {
    const float v = particles.velocity_kms(i, c);
    if (!(std::abs(v) <= units::light_kms)) {
      throw InputError("velocity component {} of particle {} is {} km/s", c, particles.first + i,
                       v);
    }
    const auto units = static_cast<std::int64_t>(std::llround(v * velocity_units));
    const auto square = static_cast<std::uint64_t>(units * units);
    sums.velocity[c] += units;
    sums.square_high += square >> 32;
    sums.square_low += square & low_word;
  }
}

/// Collective.
std::vector<Sums> member_sums(const LocalParticles& particles, const Groups& groups,
                              const std::vector<field::ParticlePosition>& positions,
                              const std::vector<std::uint64_t>& references, bool velocities) {
  const par::Comm& comm = particles.tracers.comm();
  std::vector<Sums> sums(groups.count, Sums{});
  par::agree(comm, [&] {
    for (std::size_t i = 0; i < groups.group.size(); ++i) {
      const std::uint32_t g = groups.group[i];
      if (g == Groups::none) continue;
      ++sums[g].particles;
      const std::array<field::BoxFraction, 3> at{positions[i].x, positions[i].y, positions[i].z};
      for (std::size_t c = 0; c < 3; ++c) {
        const auto reference = static_cast<field::BoxFraction>(references[3 * g + c]);
        sums[g].offset[c] += static_cast<std::int32_t>(at[c] - reference);
      }
      if (velocities) add_velocity(particles, i, sums[g]);
    }
  });
  // All fields are whole numbers of 64 bits, for which signed and unsigned sums are the same.
  comm.all_reduce(std::span<std::uint64_t>(reinterpret_cast<std::uint64_t*>(sums.data()),
                                           sums.size() * sizeof(Sums) / sizeof(std::uint64_t)));
  return sums;
}

Halo halo_of(const Sums& sums, std::uint64_t site, const std::uint64_t* reference,
             double box_size_mpch) {
  Halo halo{.particles = sums.particles, .first_site = site};
  const auto n = static_cast<double>(sums.particles);
  double bulk2 = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    const double at = static_cast<double>(reference[c]) + static_cast<double>(sums.offset[c]) / n;
    halo.position_mpch[c] = field::wrap_position(at * (box_size_mpch / turn), box_size_mpch);
    const double velocity = static_cast<double>(sums.velocity[c]) / n / velocity_units;
    halo.velocity_kms[c] = velocity;
    bulk2 += velocity * velocity;
  }
  const double square =
      (static_cast<double>(sums.square_high) * turn + static_cast<double>(sums.square_low)) / n /
      (velocity_units * velocity_units);
  halo.dispersion_kms = std::sqrt(std::max(square - bulk2, 0.0) / 3);
  return halo;
}

/// Order of the catalogue, as indices of groups.
std::vector<std::uint32_t> catalogue_order(const std::vector<Sums>& sums,
                                           const std::vector<std::uint64_t>& sites) {
  std::vector<std::uint32_t> order(sums.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(sums[b].particles, sites[a]) < std::tie(sums[a].particles, sites[b]);
  });
  return order;
}

}  // namespace

double particle_mass_msunh(const Tracers& tracers) {
  const io::FieldHeader& header = tracers.header();
  double Omega_cb = header.cosmology.Omega_m;
  if (header.cosmology.M_nu_eV > 0) {
    Omega_cb -= cosmology::neutrino_omega(header.cosmology.M_nu_eV, header.cosmology.h);
  }
  if (!(Omega_cb > 0)) {
    throw InputError(
        "the header gives no density of the particles (Omega_m = {}, M_nu = {} eV, h "
        "= {}), so that haloes have no mass",
        header.cosmology.Omega_m, header.cosmology.M_nu_eV, header.cosmology.h);
  }
  return Omega_cb * units::critical_density * std::pow(tracers.box_size_mpch(), 3) /
         static_cast<double>(tracers.total());
}

HaloCatalogue find_haloes(const Tracers& tracers, const HaloOptions& options) {
  const par::Comm& comm = tracers.comm();
  HaloCatalogue catalogue;
  catalogue.has_velocities = tracers.has_velocities();
  catalogue.particle_mass_msunh = par::agree(comm, [&] { return particle_mass_msunh(tracers); });
  const double spacing = 1 / std::cbrt(static_cast<double>(tracers.total()));  // of the box
  catalogue.linking_length_mpch = options.linking_length * spacing * tracers.box_size_mpch();
  const LocalParticles particles(tracers);
  Groups groups = find_groups(comm, options.linking_length * spacing, positions_of(tracers),
                              options.least_particles);

  const auto positions = positions_of(tracers);
  const auto sites = first_sites(comm, groups, particles.first);
  const auto references = reference_positions(comm, sites, particles.first, positions);
  const auto sums = member_sums(particles, groups, positions, references, catalogue.has_velocities);
  const auto order = catalogue_order(sums, sites);
  std::vector<std::uint32_t> place(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    const std::uint32_t g = order[i];
    place[g] = i;
    catalogue.haloes.push_back(
        halo_of(sums[g], sites[g], &references[3 * std::size_t{g}], tracers.box_size_mpch()));
  }
  for (std::uint32_t& group : groups.group) {
    if (group != Groups::none) group = place[group];
  }
  catalogue.halo_of_particle = std::move(groups.group);
  return catalogue;
}

HaloMassFunction mass_function(const HaloCatalogue& catalogue, std::span<const double> edges_msunh,
                               double box_size_mpch) {
  if (edges_msunh.size() < 2 || !(edges_msunh.front() > 0) ||
      std::adjacent_find(edges_msunh.begin(), edges_msunh.end(), std::greater_equal<>()) !=
          edges_msunh.end()) {
    throw UsageError("the edges of the halo mass function have to be positive and ascending");
  }
  HaloMassFunction function;
  function.counts.assign(edges_msunh.size() - 1, 0);
  for (const Halo& halo : catalogue.haloes) {
    const double mass = static_cast<double>(halo.particles) * catalogue.particle_mass_msunh;
    const auto above = std::upper_bound(edges_msunh.begin(), edges_msunh.end(), mass);
    if (above == edges_msunh.begin() || above == edges_msunh.end()) continue;
    ++function.counts[static_cast<std::size_t>(above - edges_msunh.begin()) - 1];
  }
  const double volume = std::pow(box_size_mpch, 3);
  for (std::size_t b = 0; b < function.counts.size(); ++b) {
    const double per_count = 1 / (volume * std::log(edges_msunh[b + 1] / edges_msunh[b]));
    const auto count = static_cast<double>(function.counts[b]);
    function.dn_dlnm.push_back(count * per_count);
    function.poisson_error.push_back(std::sqrt(count) * per_count);
  }
  return function;
}

}  // namespace nubox::stats
