#include "snapshot/site_placer.hpp"

#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/snapshot/id_map.hpp"

#include <algorithm>
#include <limits>

namespace nubox::snapshot {

SitePlacer::SitePlacer(field::LatticeField& displacement_mpch, field::LatticeField* velocity_kms)
    : displacement_(&displacement_mpch),
      velocity_(velocity_kms),
      filled_(displacement_mpch.local_sites()),
      first_twice_(no_site) {
  if (displacement_->local_sites() > std::numeric_limits<std::uint32_t>::max()) {
    throw UsageError("{} lattice sites per rank are too many for an import: use more ranks",
                     displacement_->local_sites());
  }
}

SitePlacer::Record SitePlacer::make_record(std::uint64_t site, std::uint64_t first_site,
                                           const double* position, const float* velocity) const {
  const std::size_t n = displacement_->n();
  const double box = displacement_->box_size_mpch(), cell = displacement_->spacing_mpch();
  const std::uint64_t index[3] = {site / (n * n), site / n % n, site % n};
  Record record{};
  record.local_site = static_cast<std::uint32_t>(site - first_site);
  for (std::size_t c = 0; c < 3; ++c) {
    const double q = static_cast<double>(index[c]) * cell;
    record.displacement[c] = static_cast<float>(minimum_image(position[c] - q, box));
    if (velocity != nullptr) record.velocity[c] = velocity[c];
  }
  return record;
}

void SitePlacer::store(const Record& record) {
  const std::size_t site = record.local_site;
  if (filled_[site]) {
    ++twice_count_;
    const std::size_t n = displacement_->n();
    first_twice_ = std::min(first_twice_, displacement_->layout().local().start * n * n + site);
    return;
  }
  filled_[site] = true;
  ++filled_count_;
  for (std::size_t c = 0; c < 3; ++c) {
    displacement_->component(c)[site] = record.displacement[c];
    if (velocity_ != nullptr) velocity_->component(c)[site] = record.velocity[c];
  }
}

void SitePlacer::place(std::span<const std::uint64_t> sites, std::span<const double> position_mpch,
                       std::span<const float> velocity_kms) {
  const par::SlabLayout& layout = displacement_->layout();
  const std::size_t plane = layout.n() * layout.n();
  const auto self = layout.comm().rank();
  std::vector<std::size_t> counts(static_cast<std::size_t>(layout.comm().size()), 0);
  const auto owner = [&](std::uint64_t site) { return layout.owner(site / plane); };
  const auto record = [&](std::size_t p, int rank) {
    return make_record(sites[p], layout.slab_of(rank).start * plane, &position_mpch[3 * p],
                       velocity_ != nullptr ? &velocity_kms[3 * p] : nullptr);
  };
  for (std::size_t p = 0; p < sites.size(); ++p) {
    const int rank = owner(sites[p]);
    if (rank == self) {
      store(record(p, rank));
    } else {
      ++counts[static_cast<std::size_t>(rank)];
    }
  }
  std::vector<std::size_t> cursor(counts.size(), 0);
  for (std::size_t r = 1; r < counts.size(); ++r) cursor[r] = cursor[r - 1] + counts[r - 1];
  std::vector<Record> leaving(cursor.back() + counts.back());
  for (std::size_t p = 0; p < sites.size(); ++p) {
    const int rank = owner(sites[p]);
    if (rank != self) leaving[cursor[static_cast<std::size_t>(rank)]++] = record(p, rank);
  }
  for (const Record& arrived : layout.comm().all_to_all(leaving, counts)) store(arrived);
}

void SitePlacer::require_bijection(
    const std::function<std::string(std::uint64_t site)>& describe) const {
  const par::SlabLayout& layout = displacement_->layout();
  const par::Comm& comm = layout.comm();
  const std::uint64_t sites = layout.n() * layout.n() * layout.n();
  const std::uint64_t filled = comm.all_reduce(filled_count_);
  const std::uint64_t twice = comm.all_reduce(twice_count_);
  const auto empty = std::find(filled_.begin(), filled_.end(), false);
  const std::uint64_t first_empty = comm.all_reduce(
      empty == filled_.end() ? no_site
                             : layout.local().start * layout.n() * layout.n() +
                                   static_cast<std::uint64_t>(empty - filled_.begin()),
      par::Reduction::min);
  const std::uint64_t first_twice = comm.all_reduce(first_twice_, par::Reduction::min);
  par::agree(comm, [&] {
    if (filled == sites && twice == 0) return;
    throw InputError(
        "the IDs fill {} of {} lattice sites: {} are empty{}, {} particles meet a site that is "
        "taken{}",
        filled, sites, sites - filled,
        first_empty == no_site ? "" : " (first " + describe(first_empty) + ")", twice,
        first_twice == no_site ? "" : " (first " + describe(first_twice) + ")");
  });
}

}  // namespace nubox::snapshot
