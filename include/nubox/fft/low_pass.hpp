#pragma once

#include "nubox/par/slab.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace nubox::fft {

/// A low-pass filter of which only the modes that pass are computed: with m of N modes on an axis
/// about a third of the work of two transforms, and messages of (m/N)^2 of theirs. The same values
/// give the same bits on every number of ranks.
class LowPass {
 public:
  /// @param layout    of the lattice
  /// @param filter    isotropic factor at k > 0; the mean passes unchanged
  /// @param k_max_hmpc  modes with a larger component of k are removed
  /// Rank-local. @throws NumericalError if FFTW refuses the size
  LowPass(const par::SlabLayout& layout, double box_size_mpch, double k_max_hmpc,
          const std::function<double(double k_hmpc)>& filter);
  ~LowPass();
  LowPass(const LowPass&) = delete;
  LowPass& operator=(const LowPass&) = delete;

  /// Subtracts the filtered values: [planes of this rank][N][N]. Collective.
  void subtract_from(std::span<float> values) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace nubox::fft
