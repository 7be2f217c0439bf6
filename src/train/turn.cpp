#include "train/turn.hpp"

#include <numeric>

namespace nubox::train {
namespace {

/// Where the neighbours of a voxel of the turned cube lie in the cube before.
struct Walk {
  std::ptrdiff_t first = 0;
  std::array<std::ptrdiff_t, 3> step{};
};

Walk walk_of(const Octahedral& element, std::size_t n) {
  const auto edge = static_cast<std::ptrdiff_t>(n);
  const std::array<std::ptrdiff_t, 3> strides{edge * edge, edge, 1};
  Walk walk;
  for (std::size_t a = 0; a < 3; ++a) {
    walk.step[a] = element.sign[a] * strides[element.axis[a]];
    if (element.sign[a] < 0) walk.first -= walk.step[a] * (edge - 1);
  }
  return walk;
}

}  // namespace

void turn(const float* cube, std::size_t channels, std::size_t n, const Octahedral& element,
          const std::vector<std::size_t>& vector_starts, float* out) {
  std::vector<std::size_t> source(channels);
  std::iota(source.begin(), source.end(), std::size_t{0});
  std::vector<float> sign(channels, 1);
  for (const std::size_t start : vector_starts) {
    for (std::size_t a = 0; a < 3; ++a) {
      source[start + a] = start + element.axis[a];
      sign[start + a] = static_cast<float>(element.sign[a]);
    }
  }
  const Walk walk = walk_of(element, n);
  const auto edge = static_cast<std::ptrdiff_t>(n);
  for (std::size_t c = 0; c < channels; ++c) {
    const float* const origin = cube + source[c] * n * n * n + walk.first;
    for (std::ptrdiff_t i = 0; i < edge; ++i) {
      for (std::ptrdiff_t j = 0; j < edge; ++j) {
        const float* const row = origin + i * walk.step[0] + j * walk.step[1];
        for (std::ptrdiff_t k = 0; k < edge; ++k) *out++ = sign[c] * row[k * walk.step[2]];
      }
    }
  }
}

}  // namespace nubox::train
