#pragma once

#include "nubox/sim/white_noise.hpp"

#include <complex>
#include <cstddef>
#include <cstdint>
#include <gsl/gsl_rng.h>
#include <memory>
#include <vector>

namespace nubox::sim {

/// White noise as N-GenIC and 2LPTic draw it: GSL's ranlxd1 gives every column (nx, ny) a seed,
/// ring by ring around k = 0, and then, seeded by it, a phase 2 pi u and an amplitude sqrt(-ln u)
/// per mode of the column, kz ascending. Owing to the rings a mode is the same on every mesh.
class NgenicNoise {
 public:
  /// For modes of an n^3 mesh. @throws UsageError if the seed has more than 31 bits
  NgenicNoise(const Noise& noise, std::size_t n);

  /// w of a mode with |n_j| < n/2. Whole columns are drawn and the last one is stored, which is
  /// fast in storage order.
  [[nodiscard]] std::complex<double> operator()(int nx, int ny, int nz);

 private:
  struct FreeGenerator {
    void operator()(gsl_rng* generator) const { gsl_rng_free(generator); }
  };
  void make_seeds();
  [[nodiscard]] std::uint32_t& seed_of(int nx, int ny);
  /// Sets the generator to the start of a column.
  void enter_column(int nx, int ny);
  [[nodiscard]] std::complex<double> draw();

  Noise noise_;
  int rings_;
  std::vector<std::uint32_t> seeds_;
  std::unique_ptr<gsl_rng, FreeGenerator> generator_;
  int column_nx_ = 0, column_ny_ = 0;
  std::vector<std::complex<double>> column_;  ///< nz = 0, 1, ...; empty before the first
  std::size_t column_modes_;
};

}  // namespace nubox::sim
