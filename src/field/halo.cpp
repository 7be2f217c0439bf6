#include "nubox/field/halo.hpp"

#include <algorithm>

namespace nubox::field {
namespace {

/// Calls visit(plane of the haloed slab, lattice plane) for the halo planes of one slab, in order.
template <class Visit>
void for_each_halo_plane(const par::Slab& slab, std::size_t halo, std::size_t n, Visit&& visit) {
  if (slab.count == 0) return;
  const std::size_t first = (slab.start + n - halo % n) % n;
  for (std::size_t k = 0; k < slab.count + 2 * halo; ++k) {
    const bool interior = k >= halo && k < halo + slab.count;
    if (!interior) visit(k, (first + k) % n);
  }
}

}  // namespace

HaloedSlab exchange_halo(const LatticeField& field, std::size_t halo) {
  const par::SlabLayout& layout = field.layout();
  const par::Comm& comm = field.comm();
  const std::size_t n = field.n(), plane = n * n, parts = field.components();
  const par::Slab own = layout.local();
  const auto ranks = static_cast<std::size_t>(comm.size());

  // Who needs which plane follows from the layout alone, so both sides know it without asking.
  std::vector<float> send;
  std::vector<std::size_t> send_counts(ranks, 0), received_counts(ranks, 0);
  for (int r = 0; r < comm.size(); ++r) {
    const std::size_t before = send.size();
    for_each_halo_plane(layout.slab_of(r), halo, n, [&](std::size_t, std::size_t x) {
      if (!own.contains(x)) return;
      for (std::size_t c = 0; c < parts; ++c) {
        const auto source = field.component(c).subspan((x - own.start) * plane, plane);
        send.insert(send.end(), source.begin(), source.end());
      }
    });
    send_counts[static_cast<std::size_t>(r)] = send.size() - before;
  }
  std::size_t expected = 0;
  for_each_halo_plane(own, halo, n, [&](std::size_t, std::size_t x) {
    received_counts[static_cast<std::size_t>(layout.owner(x))] += parts * plane;
    expected += parts * plane;
  });
  std::vector<float> received(expected);
  comm.all_to_all<float>(send, send_counts, received, received_counts);

  HaloedSlab slab{halo, own, n, parts, {}};
  slab.values.resize(parts * slab.planes() * plane);
  const auto place = [&](std::size_t c, std::size_t k, const float* source) {
    std::copy_n(source, plane, slab.values.data() + (c * slab.planes() + k) * plane);
  };
  std::vector<std::size_t> cursor = par::block_starts(received_counts);
  for_each_halo_plane(own, halo, n, [&](std::size_t k, std::size_t x) {
    std::size_t& at = cursor[static_cast<std::size_t>(layout.owner(x))];
    for (std::size_t c = 0; c < parts; ++c, at += plane) place(c, k, received.data() + at);
  });
  for (std::size_t c = 0; c < parts; ++c) {
    for (std::size_t k = 0; k < own.count; ++k) {
      place(c, halo + k, field.component(c).data() + k * plane);
    }
  }
  return slab;
}

}  // namespace nubox::field
