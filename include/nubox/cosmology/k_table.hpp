#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace nubox::cosmology {

/// A smooth function of k tabulated on log-spaced nodes for fast calls, one per Fourier mode:
/// linear interpolation in ln k, constant beyond the ends. With 1024 nodes over four decades the
/// error is 1e-5 of the curvature d2f/dlnk2.
class KTable {
 public:
  /// f(k_hmpc) is called `nodes` times; 0 < k_min < k_max, nodes >= 2.
  template <class Function>
  KTable(Function&& f, double k_min_hmpc, double k_max_hmpc, std::size_t nodes = 1024)
      : ln_k_min_(std::log(k_min_hmpc)),
        step_(std::log(k_max_hmpc / k_min_hmpc) / static_cast<double>(nodes - 1)),
        values_(nodes) {
    for (std::size_t i = 0; i < nodes; ++i) {
      values_[i] = f(std::min(k_min_hmpc * std::exp(static_cast<double>(i) * step_), k_max_hmpc));
    }
  }

  [[nodiscard]] double operator()(double k_hmpc) const {
    const double last = static_cast<double>(values_.size() - 1);
    const double x = std::clamp((std::log(k_hmpc) - ln_k_min_) / step_, 0.0, last);
    const auto i = std::min(static_cast<std::size_t>(x), values_.size() - 2);
    const double t = x - static_cast<double>(i);
    return values_[i] + t * (values_[i + 1] - values_[i]);
  }

 private:
  double ln_k_min_, step_;
  std::vector<double> values_;
};

}  // namespace nubox::cosmology
