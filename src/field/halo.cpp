#include "nubox/field/halo.hpp"

#include "nubox/field/exchange_plan.hpp"
#include "nubox/field/periodic.hpp"

#include <algorithm>

namespace nubox::field {
namespace {

/// Halo planes of the slab of a rank, in the order of the haloed slab without its interior.
std::vector<NeededPlane> halo_planes(const par::SlabLayout& layout, std::size_t halo, int rank) {
  const par::Slab slab = layout.slab_of(rank);
  const std::size_t n = layout.n();
  std::vector<NeededPlane> planes;
  if (slab.count == 0) return planes;
  const std::size_t first = haloed_start(slab.start, halo, n);
  for (std::size_t k = 0; k < slab.count + 2 * halo; ++k) {
    const bool interior = k >= halo && k < halo + slab.count;
    const std::size_t x = (first + k) % n;
    if (!interior) planes.push_back({x, layout.owner(x), n * n});
  }
  return planes;
}

/// Fills the planes of one component of a haloed slab, whose buffers thus stay small. Collective.
void fill(const par::SlabLayout& layout, std::span<const float> values, const HaloedSlab& slab,
          std::span<float> to) {
  const par::Slab own = layout.local();
  const std::size_t plane = layout.n() * layout.n();
  const ExchangePlan plan(layout.comm(),
                          [&](int rank) { return halo_planes(layout, slab.halo, rank); });
  const auto own_plane = [&](std::size_t x) { return values.data() + (x - own.start) * plane; };
  std::vector<float> send(plan.send_size()), received(plan.receive_size());
  for (const ExchangePlan::Sent& sent : plan.sent()) {
    std::copy_n(own_plane(sent.plane), plane, send.data() + sent.start);
  }
  layout.comm().all_to_all<float>(send, plan.send_counts(), received, plan.receive_counts());

  const std::vector<NeededPlane> planes = halo_planes(layout, slab.halo, layout.comm().rank());
  for (std::size_t item = 0; item < planes.size(); ++item) {
    const std::size_t k = item < slab.halo ? item : item + own.count;
    const std::size_t x = planes[item].plane;
    const float* from = own.contains(x) ? own_plane(x) : received.data() + plan.received_at(item);
    std::copy_n(from, plane, to.data() + k * plane);
  }
  std::copy_n(values.data(), own.count * plane,
              to.data() + (own.count > 0 ? slab.halo : 0) * plane);
}

}  // namespace

HaloedSlab exchange_halo(const LatticeField& field, std::size_t halo) {
  const std::size_t n = field.n();
  HaloedSlab slab{halo, field.layout().local(), n, field.components(), {}};
  const std::size_t values = slab.planes() * n * n;
  slab.values.resize(field.components() * values);
  for (std::size_t c = 0; c < field.components(); ++c) {
    fill(field.layout(), field.component(c), slab,
         std::span(slab.values).subspan(c * values, values));
  }
  return slab;
}

HaloedSlab exchange_halo(const par::SlabLayout& layout, std::span<const float> values,
                         std::size_t halo) {
  HaloedSlab slab{halo, layout.local(), layout.n(), 1, {}};
  slab.values.resize(slab.planes() * layout.n() * layout.n());
  fill(layout, values, slab, slab.values);
  return slab;
}

}  // namespace nubox::field
