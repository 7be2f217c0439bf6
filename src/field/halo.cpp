#include "nubox/field/halo.hpp"

#include "nubox/field/exchange_plan.hpp"
#include "nubox/field/periodic.hpp"

#include <algorithm>

namespace nubox::field {
namespace {

/// Halo planes of the slab of a rank, in the order of the haloed slab without its interior.
std::vector<NeededPlane> halo_planes(const LatticeField& field, std::size_t halo, int rank) {
  const par::Slab slab = field.layout().slab_of(rank);
  const std::size_t n = field.n(), values = field.components() * n * n;
  std::vector<NeededPlane> planes;
  if (slab.count == 0) return planes;
  const std::size_t first = haloed_start(slab.start, halo, n);
  for (std::size_t k = 0; k < slab.count + 2 * halo; ++k) {
    const bool interior = k >= halo && k < halo + slab.count;
    const std::size_t x = (first + k) % n;
    if (!interior) planes.push_back({x, field.layout().owner(x), values});
  }
  return planes;
}

std::vector<float> exchanged(const LatticeField& field, const ExchangePlan& plan) {
  const std::size_t plane = field.n() * field.n();
  std::vector<float> send(plan.send_size()), received(plan.receive_size());
  for (const ExchangePlan::Sent& sent : plan.sent()) {
    float* to = send.data() + sent.start;
    for (std::size_t c = 0; c < field.components(); ++c) {
      const std::size_t first = (sent.plane - field.layout().local().start) * plane;
      to = std::copy_n(field.component(c).data() + first, plane, to);
    }
  }
  field.comm().all_to_all<float>(send, plan.send_counts(), received, plan.receive_counts());
  return received;
}

}  // namespace

HaloedSlab exchange_halo(const LatticeField& field, std::size_t halo) {
  const par::Slab own = field.layout().local();
  const std::size_t n = field.n(), plane = n * n, components = field.components();
  const ExchangePlan plan(field.comm(), [&](int rank) { return halo_planes(field, halo, rank); });
  const std::vector<float> received = exchanged(field, plan);

  HaloedSlab slab{halo, own, n, components, {}};
  slab.values.resize(components * slab.planes() * plane);
  const auto place = [&](std::size_t c, std::size_t k, const float* source) {
    std::copy_n(source, plane, slab.values.data() + (c * slab.planes() + k) * plane);
  };
  const auto place_own = [&](std::size_t k, std::size_t x) {
    for (std::size_t c = 0; c < components; ++c) {
      place(c, k, field.component(c).data() + (x - own.start) * plane);
    }
  };
  const std::vector<NeededPlane> planes = halo_planes(field, halo, field.comm().rank());
  for (std::size_t item = 0; item < planes.size(); ++item) {
    const std::size_t k = item < halo ? item : item + own.count;
    if (own.contains(planes[item].plane)) {
      place_own(k, planes[item].plane);
      continue;
    }
    const float* from = received.data() + plan.received_at(item);
    for (std::size_t c = 0; c < components; ++c) place(c, k, from + c * plane);
  }
  for (std::size_t k = 0; k < own.count; ++k) place_own(halo + k, own.start + k);
  return slab;
}

}  // namespace nubox::field
