#include "sim/ngenic_noise.hpp"

#include "nubox/core/units.hpp"

#include <cmath>
#include <new>

namespace nubox::sim {
namespace {

/// Both codes limit the seeds of columns to this.
constexpr double largest_seed = 0x7fffffff;

}  // namespace

NgenicNoise::NgenicNoise(const Noise& noise, std::size_t n)
    : noise_(noise),
      rings_(static_cast<int>((n + 1) / 2)),
      generator_(gsl_rng_alloc(gsl_rng_ranlxd1)),
      column_modes_((n + 1) / 2) {
  if (generator_ == nullptr) throw std::bad_alloc();
  require_valid(noise);
  make_seeds();
}

std::uint32_t& NgenicNoise::seed_of(int nx, int ny) {
  return seeds_[static_cast<std::size_t>((nx + rings_) * 2 * rings_ + ny + rings_)];
}

/// Both codes fill a table [kx][ky] of the mesh from its four corners, where |k| is small; in
/// signed frequencies the corner of index n - 1 - i is -1 - i.
void NgenicNoise::make_seeds() {
  const auto side = static_cast<std::size_t>(2 * rings_);
  seeds_.assign(side * side, 0);
  gsl_rng_set(generator_.get(), noise_.seed);
  for (int ring = 0; ring < rings_; ++ring) {
    for (const bool mirror_y : {false, true}) {
      for (const bool mirror_x : {false, true}) {
        const auto draw_seed = [&](int x, int y) {
          seed_of(mirror_x ? -1 - x : x, mirror_y ? -1 - y : y) =
              static_cast<std::uint32_t>(largest_seed * gsl_rng_uniform(generator_.get()));
        };
        for (int j = 0; j < ring; ++j) draw_seed(ring, j);
        for (int j = 0; j <= ring; ++j) draw_seed(j, ring);
      }
    }
  }
}

void NgenicNoise::enter_column(int nx, int ny) { gsl_rng_set(generator_.get(), seed_of(nx, ny)); }

std::complex<double> NgenicNoise::draw() {
  const double phase = 2 * units::pi * gsl_rng_uniform(generator_.get());
  // Never zero. A number is drawn for a fixed amplitude as well.
  const double u = gsl_rng_uniform_pos(generator_.get());
  const double amplitude = noise_.fixed_amplitude ? 1.0 : std::sqrt(-std::log(u));
  return std::polar(amplitude, phase) * (noise_.phase_flip ? -1.0 : 1.0);
}

std::complex<double> NgenicNoise::operator()(int nx, int ny, int nz) {
  if (nx == 0 && ny == 0 && nz == 0) return 0;
  if (column_.empty() || nx != column_nx_ || ny != column_ny_) {
    column_.resize(column_modes_);
    enter_column(nx, ny);
    for (std::complex<double>& w : column_) w = draw();
    if (!is_drawn(nx, ny, 0) && (nx != 0 || ny != 0)) {
      enter_column(-nx, -ny);
      column_.front() = std::conj(draw());
    }
    column_nx_ = nx;
    column_ny_ = ny;
  }
  return column_[static_cast<std::size_t>(nz)];
}

}  // namespace nubox::sim
