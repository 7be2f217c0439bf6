#include "train/octahedral_transform.hpp"

#include <algorithm>
#include <numeric>

namespace nubox::train {

OctahedralTransform::OctahedralTransform(const Octahedral& element, std::size_t channels,
                                         std::size_t n,
                                         const std::vector<std::size_t>& vector_starts)
    : n_(static_cast<std::ptrdiff_t>(n)), target_(channels), sign_(channels, 1) {
  const std::array<std::ptrdiff_t, 3> strides{n_ * n_, n_, 1};
  for (std::size_t a = 0; a < 3; ++a) {
    // New axis a is old axis p(a).
    step_[element.axis[a]] = element.sign[a] * strides[a];
    if (element.sign[a] < 0) first_ += strides[a] * (n_ - 1);
  }
  std::iota(target_.begin(), target_.end(), std::size_t{0});
  for (const std::size_t start : vector_starts) {
    for (std::size_t a = 0; a < 3; ++a) {
      target_[start + element.axis[a]] = start + a;
      sign_[start + element.axis[a]] = static_cast<float>(element.sign[a]);
    }
  }
}

void OctahedralTransform::place(std::size_t c, std::size_t i, std::size_t j, const float* row,
                                float* transformed) const {
  const auto plane = static_cast<std::ptrdiff_t>(i), line = static_cast<std::ptrdiff_t>(j);
  float* const out = transformed + static_cast<std::ptrdiff_t>(target_[c]) * n_ * n_ * n_ + first_ +
                     plane * step_[0] + line * step_[1];
  const float sign = sign_[c];
  if (step_[2] == 1) {
    std::transform(row, row + n_, out, [sign](float value) { return sign * value; });
  } else {
    for (std::ptrdiff_t k = 0; k < n_; ++k) out[k * step_[2]] = sign * row[k];
  }
}

}  // namespace nubox::train
