#pragma once

#include <cstdint>

#include <torch/torch.h>

/// Convolutions by their definition, in double, one loop per index: the reference of the tests.
namespace naive {

enum class Border { valid, zero, periodic };

/// Output size and reading rule of y_o[i] = b_o + sum_{c,k} w_oc[k] x_c[stride i + k - pad].
inline torch::Tensor conv(const torch::Tensor& input, const torch::Tensor& weights,
                          const torch::Tensor& bias, std::int64_t stride, Border border) {
  const auto x = input.to(torch::kDouble).contiguous();
  const auto w = weights.to(torch::kDouble).contiguous();
  const auto b = bias.to(torch::kDouble).contiguous();
  const auto xa = x.accessor<double, 5>();
  const auto wa = w.accessor<double, 5>();
  const std::int64_t n = x.size(2), kernel = w.size(2);
  const std::int64_t pad = border == Border::valid ? 0 : (kernel - 1) / 2;
  const std::int64_t m = border == Border::valid ? (n - kernel) / stride + 1 : n / stride;
  auto y = torch::zeros({x.size(0), w.size(0), m, m, m}, torch::kDouble);
  auto ya = y.accessor<double, 5>();
  const auto inside = [&](std::int64_t& i) {
    if (border == Border::periodic) i = (i + n) % n;
    return i >= 0 && i < n;
  };
  for (std::int64_t s = 0; s < x.size(0); ++s)
    for (std::int64_t o = 0; o < w.size(0); ++o)
      for (std::int64_t i = 0; i < m * m * m; ++i) {
        const std::int64_t at[3] = {i / (m * m), i / m % m, i % m};
        double sum = b.accessor<double, 1>()[o];
        for (std::int64_t c = 0; c < w.size(1); ++c)
          for (std::int64_t k = 0; k < kernel * kernel * kernel; ++k) {
            const std::int64_t t[3] = {k / (kernel * kernel), k / kernel % kernel, k % kernel};
            std::int64_t p[3];
            bool in = true;
            for (int a = 0; a < 3; ++a) {
              p[a] = stride * at[a] + t[a] - pad;
              in = inside(p[a]) && in;
            }
            if (in) sum += wa[o][c][t[0]][t[1]][t[2]] * xa[s][c][p[0]][p[1]][p[2]];
          }
        ya[s][o][at[0]][at[1]][at[2]] = sum;
      }
  return y;
}

/// Up-sampling by two: input j adds w_co[k] x_c[j] to output 2 j + k - pad.
inline torch::Tensor conv_transposed(const torch::Tensor& input, const torch::Tensor& weights,
                                     const torch::Tensor& bias, Border border) {
  const auto x = input.to(torch::kDouble).contiguous();
  const auto w = weights.to(torch::kDouble).contiguous();
  const auto xa = x.accessor<double, 5>();
  const auto wa = w.accessor<double, 5>();
  const std::int64_t n = x.size(2), kernel = w.size(2), m = 2 * n, pad = (kernel - 1) / 2;
  auto y = torch::zeros({x.size(0), w.size(1), m, m, m}, torch::kDouble);
  auto ya = y.accessor<double, 5>();
  for (std::int64_t s = 0; s < x.size(0); ++s)
    for (std::int64_t c = 0; c < w.size(0); ++c)
      for (std::int64_t o = 0; o < w.size(1); ++o)
        for (std::int64_t j = 0; j < n * n * n; ++j)
          for (std::int64_t k = 0; k < kernel * kernel * kernel; ++k) {
            const std::int64_t from[3] = {j / (n * n), j / n % n, j % n};
            const std::int64_t t[3] = {k / (kernel * kernel), k / kernel % kernel, k % kernel};
            std::int64_t p[3];
            bool in = true;
            for (int a = 0; a < 3; ++a) {
              p[a] = 2 * from[a] + t[a] - pad;
              if (border == Border::periodic) p[a] = (p[a] + m) % m;
              in = p[a] >= 0 && p[a] < m && in;
            }
            if (in) {
              ya[s][o][p[0]][p[1]][p[2]] +=
                  wa[c][o][t[0]][t[1]][t[2]] * xa[s][c][from[0]][from[1]][from[2]];
            }
          }
  return y + bias.to(torch::kDouble).view({1, -1, 1, 1, 1});
}

/// A periodic cube with `halo` voxels wrapped around it (any halo).
inline torch::Tensor wrapped(const torch::Tensor& x, std::int64_t halo) {
  const std::int64_t n = x.size(2);
  const auto index = torch::remainder(torch::arange(-halo, n + halo), n);
  return x.index_select(2, index).index_select(3, index).index_select(4, index);
}

inline double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a.to(torch::kDouble) - b.to(torch::kDouble)).abs().max().item<double>();
}

}  // namespace naive
