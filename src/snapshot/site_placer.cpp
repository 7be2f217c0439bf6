#include "snapshot/site_placer.hpp"

#include "nubox/core/error.hpp"
#include "nubox/field/periodic.hpp"
#include "nubox/par/agree.hpp"

#include "snapshot/redistribute.hpp"

#include <algorithm>

namespace nubox::snapshot {

SitePlacer::SitePlacer(field::LatticeField& displacement_mpch, field::LatticeField* velocity_kms)
    : layout_(displacement_mpch.layout()),
      box_size_mpch_(displacement_mpch.box_size_mpch()),
      cell_mpch_(displacement_mpch.spacing_mpch()),
      first_site_(layout_.local().start * layout_.n() * layout_.n()),
      local_sites_(displacement_mpch.local_sites()),
      with_velocity_(velocity_kms != nullptr),
      by_n_(layout_.n()),
      filled_(local_sites_) {
  for (std::size_t c = 0; c < 3; ++c) {
    displacement_[c] = displacement_mpch.component(c).data();
    if (with_velocity_) velocity_[c] = velocity_kms->component(c).data();
  }
}

inline SitePlacer::Record SitePlacer::make_record(std::uint64_t site, const double* position,
                                                  const float* velocity) const {
  const auto [row, k] = by_n_.split(site);
  const auto [i, j] = by_n_.split(row);
  const std::array<std::uint64_t, 3> index{i, j, k};
  Record record{.site = site, .displacement = {}, .velocity = {}};
  for (std::size_t c = 0; c < 3; ++c) {
    const double q = static_cast<double>(static_cast<std::int64_t>(index[c])) * cell_mpch_;
    record.displacement[c] =
        static_cast<float>(field::minimum_image(position[c] - q, box_size_mpch_));
  }
  if (velocity != nullptr) std::copy_n(velocity, 3, record.velocity);
  return record;
}

inline void SitePlacer::prefetch(std::uint64_t site) const {
  if (!is_local(site)) return;
  for (const float* component : displacement_)
    __builtin_prefetch(component + (site - first_site_), 1);
  if (!with_velocity_) return;
  for (const float* component : velocity_) __builtin_prefetch(component + (site - first_site_), 1);
}

inline void SitePlacer::store(const Record& record) {
  const std::uint64_t site = record.site - first_site_;
  if (filled_[site]) {
    ++twice_count_;
    first_twice_ = std::min(first_twice_, record.site);
    return;
  }
  filled_[site] = true;
  ++filled_count_;
  for (std::size_t c = 0; c < 3; ++c) displacement_[c][site] = record.displacement[c];
  if (!with_velocity_) return;
  for (std::size_t c = 0; c < 3; ++c) velocity_[c][site] = record.velocity[c];
}

void SitePlacer::place(std::span<const std::uint64_t> sites, std::span<const double> position_mpch,
                       std::span<const float> velocity_kms) {
  // Sites are in random order: their memory is prefetched while earlier particles are processed.
  constexpr std::size_t ahead = 24;
  leaving_.clear();
  for (std::size_t p = 0; p < sites.size(); ++p) {
    if (p + ahead < sites.size()) prefetch(sites[p + ahead]);
    if (sites[p] == no_site) continue;
    const Record record = make_record(sites[p], &position_mpch[3 * p],
                                      with_velocity_ ? &velocity_kms[3 * p] : nullptr);
    if (is_local(record.site)) {
      store(record);
    } else {
      leaving_.push_back(record);
    }
  }
  const Divider by_plane(layout_.n() * layout_.n());
  const auto owner = [&](const Record& record) {
    return static_cast<std::size_t>(layout_.owner(by_plane.split(record.site).quotient));
  };
  const auto arrived = redistribute(layout_.comm(), std::span<const Record>(leaving_), owner);
  for (std::size_t p = 0; p < arrived.size(); ++p) {
    if (p + ahead < arrived.size()) prefetch(arrived[p + ahead].site);
    store(arrived[p]);
  }
}

void SitePlacer::require_bijection(
    const std::function<std::string(std::uint64_t site)>& describe) const {
  const par::Comm comm = layout_.comm();
  const std::uint64_t sites = layout_.n() * layout_.n() * layout_.n();
  const std::uint64_t filled = comm.all_reduce(filled_count_);
  const std::uint64_t twice = comm.all_reduce(twice_count_);
  const auto empty = std::find(filled_.begin(), filled_.end(), false);
  const std::uint64_t first_empty = comm.all_reduce(
      empty == filled_.end() ? no_site
                             : first_site_ + static_cast<std::uint64_t>(empty - filled_.begin()),
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
