#include "snapshot/id_table.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/units.hpp"
#include "nubox/field/periodic.hpp"
#include "nubox/par/agree.hpp"

#include "snapshot/redistribute.hpp"

#include <cmath>
#include <complex>
#include <span>

namespace nubox::snapshot {
namespace {

/// Largest number of table entries per particle: in massive runs neutrinos have IDs, too.
constexpr std::uint64_t widest_range = 8;

}  // namespace

IdTable::IdTable(const gadget::Snapshot& ics, const par::Comm& comm, std::size_t n,
                 const IdRange& ids)
    : n_(n), comm_(comm), first_(ids.first), last_(ids.last) {
  par::agree(comm, [&] {
    if ((last_ - first_) / widest_range >= ids.count) {
      throw InputError("{} particles have IDs from {} to {}: too widely spread to be joined",
                       ids.count, first_, last_);
    }
  });
  const auto ranks = static_cast<std::uint64_t>(comm.size());
  per_rank_ = (last_ - first_) / ranks + 1;
  sites_.assign(per_rank_, no_site);
  const double cell = ics.header().box_size_mpch / static_cast<double>(n);
  bool first_block = true;
  ics.for_each_block(ics.header().cdm_type, {.position = true, .velocity = false, .id = true},
                     [&](gadget::ParticleBlock& block) {
                       if (first_block) measure_offset(block, cell);
                       first_block = false;
                       const auto entries = entries_of(block, cell);
                       add(redistribute(comm, std::span<const Entry>(entries),
                                        [&](const Entry& entry) { return owner(entry.id); }),
                           comm);
                     });
}

void IdTable::measure_offset(const gadget::ParticleBlock& block, double cell) {
  // Circular mean of the position within the cell: displacements at high redshift are a few
  // percent of a cell.
  constexpr double tolerance_cells = 0.1;
  std::array<double, 6> sums{};
  for (std::size_t i = 0; i < block.count; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const double angle = 2 * units::pi * block.position_mpch[3 * i + c] / cell;
      sums[2 * c] += std::cos(angle);
      sums[2 * c + 1] += std::sin(angle);
    }
  }
  comm_.all_reduce(std::span<double>(sums));
  const auto count = static_cast<double>(comm_.all_reduce(std::uint64_t{block.count}));
  par::agree(comm_, [&] {
    for (std::size_t c = 0; c < 3; ++c) {
      const std::complex<double> mean(sums[2 * c] / count, sums[2 * c + 1] / count);
      const double measured = std::arg(mean) / (2 * units::pi);
      offset_[c] = std::abs(measured) < 0.25 ? 0.0 : 0.5;
      const double distance = std::abs(std::abs(measured) - offset_[c]);
      if (std::abs(mean) < 0.5 || distance > tolerance_cells) {
        throw InputError(
            "the initial conditions lie {:.3f} cells off the lattice on axis {} (coherence "
            "{:.2f}): neither on corners nor on centres of {}^3 cells",
            measured, "xyz"[c], std::abs(mean), n_);
      }
    }
  });
}

std::vector<IdTable::Entry> IdTable::entries_of(const gadget::ParticleBlock& block,
                                                double cell) const {
  std::vector<Entry> entries(block.count);
  for (std::size_t i = 0; i < block.count; ++i) {
    std::uint64_t site = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      const double x = block.position_mpch[3 * i + c] / cell - offset_[c];
      site = site * n_ + field::wrapped_index(std::llround(x), n_);
    }
    entries[i] = {block.id[i], site};
  }
  return entries;
}

void IdTable::add(const std::vector<Entry>& arrived, const par::Comm& comm) {
  const std::uint64_t local_first = first_ + static_cast<std::uint64_t>(comm.rank()) * per_rank_;
  par::agree(comm, [&] {
    for (const Entry& entry : arrived) {
      std::uint64_t& slot = sites_[entry.id - local_first];
      if (slot != no_site) {
        throw InputError("two particles of the initial conditions have the ID {}", entry.id);
      }
      slot = entry.site;
    }
  });
}

std::uint64_t IdTable::site(std::uint64_t id) const {
  return sites_[id - first_ - static_cast<std::uint64_t>(comm_.rank()) * per_rank_];
}

}  // namespace nubox::snapshot
