#include "nubox/stats/seams.hpp"

#include "nubox/core/error.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/field/halo.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/par/agree.hpp"

#include <algorithm>
#include <cmath>
#include <complex>

namespace nubox::stats {
namespace {

constexpr std::size_t harmonics = 4;

/// Distance of a lattice index to the nearer face of its tile along one axis.
std::size_t face_distance(std::size_t i, std::size_t tile) {
  return std::min(i % tile, tile - 1 - i % tile);
}

/// Sum of squares and sites by distance to the nearest face, over all ranks.
struct Profile {
  explicit Profile(std::size_t tile) : squares((tile + 1) / 2), sites(squares.size()) {}
  std::vector<double> squares, sites;
  /// Root of the mean square over distances [from, to).
  [[nodiscard]] double rms(std::size_t from, std::size_t to) const {
    double square = 0, site = 0;
    for (std::size_t d = from; d < to; ++d) square += squares[d], site += sites[d];
    return std::sqrt(square / site);
  }
};

Profile face_profile(const field::LatticeField& error, std::size_t tile) {
  Profile profile(tile);
  const std::size_t n = error.n();
  const par::Slab& slab = error.layout().local();
  for (std::size_t x = 0; x < slab.count; ++x) {
    for (std::size_t y = 0; y < n; ++y) {
      const std::size_t xy = std::min(face_distance(slab.start + x, tile), face_distance(y, tile));
      for (std::size_t z = 0; z < n; ++z) {
        const std::size_t distance = std::min(xy, face_distance(z, tile));
        for (std::size_t c = 0; c < error.components(); ++c) {
          const double e = error.component(c)[error.site(x, y, z)];
          profile.squares[distance] += e * e;
        }
        profile.sites[distance] += 1;
      }
    }
  }
  error.comm().all_reduce(std::span<double>(profile.squares));
  error.comm().all_reduce(std::span<double>(profile.sites));
  return profile;
}

/// Power of the modes on the reciprocal lattice of the tiles over that of the same number of other
/// modes of their shells.
double power_ratio(const field::LatticeField& error, std::size_t tile) {
  const auto per_side = static_cast<int>(error.n() / tile);
  const std::size_t shells = harmonics * error.n() / tile + 1;
  std::vector<double> on(shells), on_modes(shells), off(shells), off_modes(shells);
  fft::MeshField mesh(fft::Plan::create(error.comm(), error.n()), error.box_size_mpch());
  for (std::size_t c = 0; c < error.components(); ++c) {
    mesh.reset_as_real();
    field::copy_to_mesh(error, c, mesh);
    mesh.to_modes();
    fft::for_each_mode(*mesh.plan(), [&](const fft::Mode& mode, std::size_t index) {
      if (mode.is_zero()) return;
      const std::size_t shell = fft::radial_bin(mode.norm2());
      if (shell >= shells) return;
      const bool tiles =
          mode.nx % per_side == 0 && mode.ny % per_side == 0 && mode.nz % per_side == 0;
      (tiles ? on : off)[shell] +=
          mode.weight * static_cast<double>(std::norm(mesh.modes()[index]));
      (tiles ? on_modes : off_modes)[shell] += mode.weight;
    });
  }
  for (auto* sums : {&on, &on_modes, &off, &off_modes}) {
    error.comm().all_reduce(std::span<double>(*sums));
  }
  double found = 0, expected = 0;
  for (std::size_t shell = 0; shell < shells; ++shell) {
    if (on_modes[shell] == 0 || off_modes[shell] == 0) continue;
    found += on[shell];
    expected += on_modes[shell] * off[shell] / off_modes[shell];
  }
  return found / expected;
}

}  // namespace

SeamMeasure measure_seams(const field::LatticeField& error, std::size_t tile) {
  par::agree(error.comm(), [&] {
    if (tile == 0 || error.n() % tile != 0 || error.n() == tile || tile <= 2 * inner_distance) {
      throw InputError(
          "seams of tiles of {} sites on a lattice of {}: the tile must divide the lattice, be "
          "smaller than it and larger than {}",
          tile, error.n(), 2 * inner_distance);
    }
  });
  const Profile profile = face_profile(error, tile);
  SeamMeasure seams;
  seams.tile = tile;
  for (std::size_t d = 0; d < profile.sites.size(); ++d) seams.rms.push_back(profile.rms(d, d + 1));
  seams.face_ratio = seams.rms.front() / profile.rms(inner_distance, profile.sites.size());
  seams.power_ratio = power_ratio(error, tile);
  return seams;
}

field::LatticeField added_divergence(const field::LatticeField& made,
                                     const field::LatticeField& input) {
  field::LatticeField difference = made;
  par::agree(made.comm(), [&] {
    if (input.n() != made.n() || input.components() != 3 || made.components() != 3) {
      throw InputError("the divergence needs two displacements on one lattice");
    }
  });
  for (std::size_t i = 0; i < difference.values().size(); ++i) {
    difference.values()[i] -= input.values()[i];
  }
  const field::HaloedSlab around = field::exchange_halo(difference, 1);
  const std::size_t n = made.n();
  const float scale = static_cast<float>(1 / (2 * made.spacing_mpch()));
  field::LatticeField divergence(made.layout(), 1, made.box_size_mpch());
  for (std::size_t x = 0; x < around.interior.count; ++x) {
    const auto at = [&](std::size_t c, std::size_t plane, std::size_t y, std::size_t z) {
      return around.values[((c * around.planes() + plane) * n + y) * n + z];
    };
    for (std::size_t y = 0; y < n; ++y) {
      const std::size_t above = (y + 1) % n, below = (y + n - 1) % n;
      for (std::size_t z = 0; z < n; ++z) {
        const std::size_t next = (z + 1) % n, last = (z + n - 1) % n;
        divergence.values()[divergence.site(x, y, z)] =
            scale * (at(0, x + 2, y, z) - at(0, x, y, z) +              //
                     at(1, x + 1, above, z) - at(1, x + 1, below, z) +  //
                     at(2, x + 1, y, next) - at(2, x + 1, y, last));
      }
    }
  }
  return divergence;
}

}  // namespace nubox::stats
