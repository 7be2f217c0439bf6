#include "nubox/snapshot/import.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/phase.hpp"
#include "nubox/field/periodic.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/snapshot/id_map.hpp"

#include "snapshot/id_table.hpp"
#include "snapshot/redistribute.hpp"
#include "snapshot/site_placer.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <span>

#include <fmt/ranges.h>

namespace nubox::snapshot {
namespace {

constexpr gadget::ParticleFields ids_only{.position = false, .velocity = false, .id = true};

/// Collective.
IdRange range_of_ids(const par::Comm& comm, const gadget::Snapshot& snapshot) {
  const gadget::Header& header = snapshot.header();
  IdRange range{no_site, 0, header.counts[static_cast<std::size_t>(header.cdm_type)]};
  snapshot.for_each_block(header.cdm_type, ids_only, [&](const gadget::ParticleBlock& block) {
    for (const std::uint64_t id : block.id) {
      range.first = std::min(range.first, id);
      range.last = std::max(range.last, id);
    }
  });
  range.first = comm.all_reduce(range.first, par::Reduction::min);
  range.last = comm.all_reduce(range.last, par::Reduction::max);
  return range;
}

/// Rms displacement per axis of a block's particles under a map, Mpc/h. Collective.
std::array<double, 3> rms_under(const IdMap& map, const gadget::ParticleBlock& block, std::size_t n,
                                double box, const par::Comm& comm) {
  std::array<double, 4> sums{};
  const double cell = box / static_cast<double>(n);
  for (std::size_t p = 0; p < block.count; ++p) {
    const std::uint64_t site = map.site(block.id[p]);
    if (site == no_site) continue;
    const std::uint64_t index[3] = {site / (n * n), site / n % n, site % n};
    for (std::size_t c = 0; c < 3; ++c) {
      const double q = static_cast<double>(index[c]) * cell;
      const double psi = field::minimum_image(block.position_mpch[3 * p + c] - q, box);
      sums[c] += psi * psi;
    }
    sums[3] += 1;
  }
  comm.all_reduce(std::span<double>(sums));
  const double count = std::max(1.0, sums[3]);
  return {std::sqrt(sums[0] / count), std::sqrt(sums[1] / count), std::sqrt(sums[2] / count)};
}

double length(const std::array<double, 3>& v) { return std::hypot(v[0], v[1], v[2]); }

/// The maps allowed by the options. @throws InputError if none fits the range of IDs
std::vector<IdMap> candidates(std::size_t n, const IdRange& ids, const ImportOptions& options) {
  std::vector<IdMap> maps = maps_for(n, ids);
  if (options.id_map != MapChoice::automatic) {
    const std::size_t tile = options.id_map == MapChoice::tiles ? options.tile : n;
    std::erase_if(maps, [&](const IdMap& map) { return map.tile() != tile; });
  }
  if (maps.empty()) {
    throw InputError(
        "IDs from {} to {} of {} particles do not fill a {}^3 lattice by {}: some are missing or "
        "twice, or initial conditions must tell the sites (import.ics)",
        ids.first, ids.last, ids.count, n,
        options.id_map == MapChoice::automatic ? "any known numbering" : "the numbering asked for");
  }
  return maps;
}

/// The map with the smallest rms displacement of a sample of particles; logs all of them.
/// Collective.
IdMap most_likely(const std::vector<IdMap>& maps, const gadget::ParticleBlock& sample,
                  std::size_t n, double box, const par::Comm& comm) {
  std::size_t best = 0;
  double least = 0;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const auto rms = rms_under(maps[i], sample, n, box, comm);
    log::info("  {}: rms displacement of a sample {:.3f} Mpc/h per axis", maps[i].name(),
              fmt::join(rms, ", "));
    if (i == 0 || length(rms) < least) {
      best = i;
      least = length(rms);
    }
  }
  return maps[best];
}

using ParticleName = std::function<std::string(std::uint64_t site)>;

/// How the particles were placed: the name of the map, and that of the particle of a site.
struct Placement {
  std::string map;
  ParticleName particle;
};

/// Places every particle by a numbering. Collective.
Placement place_by_number(const par::Comm& comm, const gadget::Snapshot& snapshot,
                          const ImportOptions& options, const gadget::ParticleFields& fields,
                          field::LatticeField& psi, SitePlacer& placer) {
  const std::size_t n = psi.n();
  const IdRange ids = range_of_ids(comm, snapshot);
  log::info("IDs run from {} to {}", ids.first, ids.last);
  const auto maps = par::agree(comm, [&] { return candidates(n, ids, options); });
  std::optional<IdMap> map;
  std::optional<std::uint64_t> unknown_id;
  std::vector<std::uint64_t> sites;
  snapshot.for_each_block(snapshot.header().cdm_type, fields,
                          [&](const gadget::ParticleBlock& block) {
                            if (!map) map = most_likely(maps, block, n, psi.box_size_mpch(), comm);
                            sites.resize(block.count);
                            for (std::size_t p = 0; p < block.count; ++p) {
                              sites[p] = map->site(block.id[p]);
                              if (sites[p] == no_site && !unknown_id) unknown_id = block.id[p];
                            }
                            placer.place(sites, block.position_mpch, block.velocity_kms);
                          });
  // Once for all blocks, so that ranks are not synchronised at every block.
  par::agree(comm, [&] {
    if (unknown_id)
      throw InputError("ID {} belongs to no CDM site in {}", *unknown_id, map->name());
  });
  const ParticleName particle = [map = *map](std::uint64_t site) {
    return fmt::format("ID {}", map.id(site));
  };
  placer.require_bijection(particle);
  return {map->name(), particle};
}

struct Particle {
  std::uint64_t id;
  double position[3];
  float velocity[3];
};

/// Places every particle by initial conditions: particles are sent to the rank that stores the site
/// of their ID, then to the rank that owns the site. Collective.
Placement place_by_ics(const par::Comm& comm, const gadget::Snapshot& snapshot,
                       const gadget::Snapshot& ics, const gadget::ParticleFields& fields,
                       field::LatticeField& psi, SitePlacer& placer) {
  par::agree(comm, [&] {
    const gadget::Header &now = snapshot.header(), &then = ics.header();
    if (lattice_n(then) != psi.n() || std::abs(then.box_size_mpch / now.box_size_mpch - 1) > 1e-5) {
      throw InputError(
          "initial conditions of {} particles in {} Mpc/h do not belong to a snapshot of {} in {}",
          then.counts[static_cast<std::size_t>(then.cdm_type)], then.box_size_mpch,
          now.counts[static_cast<std::size_t>(now.cdm_type)], now.box_size_mpch);
    }
  });
  const IdTable table(ics, comm, psi.n(), range_of_ids(comm, ics));
  log::info("initial conditions at z = {:g}: lattice offset {} cells", ics.header().redshift,
            fmt::join(table.offset_cells(), ", "));
  const bool with_velocity = fields.velocity;
  snapshot.for_each_block(
      snapshot.header().cdm_type, fields, [&](const gadget::ParticleBlock& block) {
        std::vector<Particle> particles(block.count);
        par::agree(comm, [&] {
          for (std::size_t p = 0; p < block.count; ++p) {
            if (!table.in_range(block.id[p])) {
              throw InputError("ID {} is not among the initial conditions", block.id[p]);
            }
            particles[p].id = block.id[p];
            for (std::size_t c = 0; c < 3; ++c) {
              particles[p].position[c] = block.position_mpch[3 * p + c];
              particles[p].velocity[c] = with_velocity ? block.velocity_kms[3 * p + c] : 0.0F;
            }
          }
        });
        const auto arrived =
            redistribute(comm, std::span<const Particle>(particles),
                         [&](const Particle& particle) { return table.owner(particle.id); });
        std::vector<std::uint64_t> sites(arrived.size());
        std::vector<double> positions;
        std::vector<float> velocities;
        par::agree(comm, [&] {
          for (std::size_t p = 0; p < arrived.size(); ++p) {
            sites[p] = table.site(arrived[p].id);
            if (sites[p] == no_site) {
              throw InputError("ID {} is not among the initial conditions", arrived[p].id);
            }
            positions.insert(positions.end(), arrived[p].position, arrived[p].position + 3);
            velocities.insert(velocities.end(), arrived[p].velocity, arrived[p].velocity + 3);
          }
        });
        placer.place(sites, positions, velocities);
      });
  const std::size_t n = psi.n();
  placer.require_bijection([n](std::uint64_t site) {
    return fmt::format("site ({}, {}, {})", site / (n * n), site / n % n, site % n);
  });
  return {"initial conditions", [](std::uint64_t) { return std::string("the particle"); }};
}

/// Subtracts the lattice offset from the displacements and records it. Collective.
Check subtract_offset(field::LatticeField& psi, io::FieldHeader& header) {
  const std::array<double, 3> mean = mean_cells(psi);
  const auto offset = offset_of(mean);
  const Check check{fmt::format("mean displacement {:.4f} cells (0 on all axes, or 1/2 on all)",
                                fmt::join(mean, ", ")),
                    offset[0] && offset[1] == offset[0] && offset[2] == offset[0]};
  if (!check.passed) return check;
  header.lattice_offset_cells = *offset[0];
  for (std::size_t c = 0; c < 3; ++c) {
    header.extra[fmt::format("mean_displacement_{}_cells", "xyz"[c])] = mean[c];
  }
  if (*offset[0] == 0) return check;
  const double box = psi.box_size_mpch(), shift = *offset[0] * psi.spacing_mpch();
  for (float& value : psi.values())
    value = static_cast<float>(field::minimum_image(value - shift, box));
  return check;
}

}  // namespace

std::size_t lattice_n(const gadget::Header& header) {
  const std::uint64_t count = header.counts[static_cast<std::size_t>(header.cdm_type)];
  const auto n = static_cast<std::uint64_t>(std::llround(std::cbrt(static_cast<double>(count))));
  if (count == 0 || n * n * n != count) {
    throw InputError(
        "{} CDM particles are no cube: there is no Lagrangian lattice. CDM is type {} "
        "(import.cdm_type); the counts by type are {}",
        count, header.cdm_type, fmt::join(header.counts, ", "));
  }
  return n;
}

std::uint64_t import_bytes(const par::Comm& comm, std::size_t n, bool with_ics,
                           std::size_t neutrino_mesh) {
  // Displacement and velocity; the table of sites by ID; a padded mesh and the field made of it.
  constexpr double site_of_id = 16, mesh_point = 2 * sizeof(float);
  const auto cube = [](std::size_t side) { return std::pow(static_cast<double>(side), 3); };
  const double bytes = field::box_bytes(n) + (with_ics ? site_of_id * cube(n) : 0) +
                       mesh_point * cube(neutrino_mesh);
  return static_cast<std::uint64_t>(bytes / comm.size());
}

field::Box import_cdm(const par::Comm& comm, const gadget::Snapshot& snapshot,
                      io::FieldHeader header, const ImportOptions& options) {
  const gadget::Header& gadget_header = snapshot.header();
  header.n = par::agree(comm, [&] {
    if (!gadget_header.has_id)
      throw InputError("the snapshot has no IDs: its particles have no lattice");
    if (options.id_map == MapChoice::ics && options.ics == nullptr) {
      throw UsageError("import.id_map = ics needs initial conditions: give import.ics");
    }
    return lattice_n(gadget_header);
  });
  header.box_size_mpch = gadget_header.box_size_mpch;
  header.redshift = gadget_header.redshift;
  header.origin = "import";
  const par::SlabLayout layout(comm, header.n);
  field::Box result{header, field::LatticeField(layout, 3, gadget_header.box_size_mpch),
                    std::nullopt};
  if (gadget_header.has_velocity) result.velocity.emplace(layout, 3, gadget_header.box_size_mpch);
  field::LatticeField* velocity = result.velocity ? &*result.velocity : nullptr;
  const gadget::ParticleFields fields{
      .position = true, .velocity = velocity != nullptr, .id = true};

  Placement placed;
  {
    SitePlacer placer(result.displacement, velocity);
    const bool by_ics = options.id_map == MapChoice::ics ||
                        (options.id_map == MapChoice::automatic && options.ics != nullptr);
    placed = by_ics
                 ? place_by_ics(comm, snapshot, *options.ics, fields, result.displacement, placer)
                 : place_by_number(comm, snapshot, options, fields, result.displacement, placer);
  }
  log::info("sites by {}: each of {}^3 filled once", placed.map, header.n);
  enter_phase("import: check displacements and velocities");
  check_outliers(result, options.outliers, placed.particle);
  std::vector<Check> checks{subtract_offset(result.displacement, result.header)};
  std::ranges::move(self_checks(result.displacement, velocity, header.redshift,
                                header.cosmology.Omega_m, options.expected),
                    std::back_inserter(checks));
  require_passed(comm, checks, placed.map);
  result.header.extra["id_map"] = placed.map;
  result.header.extra["snapshot_format"] = gadget_header.format;
  return result;
}

}  // namespace nubox::snapshot
