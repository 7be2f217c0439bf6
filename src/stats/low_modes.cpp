#include "stats/low_modes.hpp"

#include "nubox/fft/modes.hpp"
#include "nubox/field/periodic.hpp"

#include <cstdlib>

namespace nubox::stats {
namespace {

/// Frequencies of a slab of ky planes that lie in the band, in storage order.
std::vector<int> band_frequencies(const par::Slab& slab, std::size_t n, int largest) {
  std::vector<int> list;
  for (std::size_t iy = slab.start; iy < slab.end(); ++iy) {
    const int ny = fft::signed_frequency(iy, n);
    if (std::abs(ny) <= largest) list.push_back(ny);
  }
  return list;
}

/// Appends the band of one ky plane of this rank, [nx][nz], window divided out.
void append_plane(const fft::MeshField& field, int ny, int largest,
                  const field::InverseWindow& inverse, std::vector<std::complex<float>>& values) {
  const std::size_t n = field.n(), row_modes = n / 2 + 1;
  const std::size_t plane = field::wrapped_index(ny, n) - field.plan()->ky_slab().start;
  for (int nx = -largest; nx <= largest; ++nx) {
    const std::complex<float>* row =
        field.modes() + (plane * n + field::wrapped_index(nx, n)) * row_modes;
    const double inverse_xy = inverse(nx) * inverse(ny);
    for (int nz = 0; nz <= largest; ++nz) {
      values.emplace_back(std::complex<double>(row[nz]) * (inverse_xy * inverse(nz)));
    }
  }
}

}  // namespace

LowModes::LowModes(const fft::MeshField& modes, field::Assignment assignment, int largest,
                   const fft::Plan& target)
    : largest_(largest), target_n_(target.layout().n()), row_modes_(target_n_ / 2 + 1) {
  const par::Comm comm = modes.comm();
  const field::InverseWindow inverse(assignment, modes.n());
  const std::size_t plane_modes =
      static_cast<std::size_t>(2 * largest + 1) * static_cast<std::size_t>(largest + 1);
  std::vector<std::complex<float>> send;
  std::vector<std::size_t> counts(static_cast<std::size_t>(comm.size()), 0);
  // Owners are ascending in the plane's index on both meshes, but not across the sign change:
  // planes are sent in the order of owners, and in storage order for each owner.
  const auto mine = band_frequencies(modes.plan()->ky_slab(), modes.n(), largest);
  for (int rank = 0; rank < comm.size(); ++rank) {
    for (const int ny : mine) {
      if (target.layout().owner(field::wrapped_index(ny, target_n_)) != rank) continue;
      append_plane(modes, ny, largest, inverse, send);
      counts[static_cast<std::size_t>(rank)] += plane_modes;
    }
    for (const int ny : band_frequencies(modes.layout().slab_of(rank), modes.n(), largest)) {
      const std::size_t iy = field::wrapped_index(ny, target_n_);
      if (!target.ky_slab().contains(iy)) continue;
      planes_.push_back({ny, (iy - target.ky_slab().start) * target_n_ * row_modes_});
    }
  }
  values_ = comm.all_to_all(send, counts);
}

}  // namespace nubox::stats
