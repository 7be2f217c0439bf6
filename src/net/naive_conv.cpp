#include "net/naive_conv.hpp"

#include <array>

namespace nubox::net::naive {
namespace {

/// Sizes of the fine cube, the coarse cube and the kernel (naive::Rule).
struct Sizes {
  std::int64_t batch, fine_channels, coarse_channels;
  std::int64_t fine, coarse, kernel;
  std::int64_t pad;
};

std::array<std::int64_t, 3> index_of(std::int64_t flat, std::int64_t n) {
  return {flat / (n * n), flat / n % n, flat % n};
}

/// Flat index of the fine voxel that weight k connects with coarse voxel i; -1 beyond the border.
std::int64_t fine_voxel(const Rule& rule, const Sizes& sizes, std::int64_t i, std::int64_t k) {
  const auto at = index_of(i, sizes.coarse), tap = index_of(k, sizes.kernel);
  std::int64_t flat = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::int64_t p = rule.stride * at[axis] + tap[axis] - sizes.pad;
    if (rule.border == Border::periodic) p = (p + sizes.fine) % sizes.fine;
    if (p < 0 || p >= sizes.fine) return -1;
    flat = flat * sizes.fine + p;
  }
  return flat;
}

/// Calls visit(fine, coarse, weight) with the flat indices of every product.
template <class Visit>
void for_each_product(const Rule& rule, const Sizes& sizes, const Visit& visit) {
  const auto cube = [](std::int64_t n) { return n * n * n; };
  const std::int64_t fine = cube(sizes.fine), coarse = cube(sizes.coarse), k3 = cube(sizes.kernel);
  for (std::int64_t i = 0; i < coarse; ++i)
    for (std::int64_t k = 0; k < k3; ++k) {
      const std::int64_t p = fine_voxel(rule, sizes, i, k);
      if (p < 0) continue;
      for (std::int64_t s = 0; s < sizes.batch; ++s)
        for (std::int64_t o = 0; o < sizes.coarse_channels; ++o)
          for (std::int64_t c = 0; c < sizes.fine_channels; ++c) {
            visit((s * sizes.fine_channels + c) * fine + p,
                  (s * sizes.coarse_channels + o) * coarse + i,
                  (o * sizes.fine_channels + c) * k3 + k);
          }
    }
}

torch::Tensor row(const torch::Tensor& bias) {
  return bias.to(torch::kDouble).view({1, -1, 1, 1, 1});
}

}  // namespace

Products products(const Rule& rule, const torch::Tensor& input, const torch::Tensor& weights,
                  const torch::Tensor& upstream) {
  const auto plain = [](const torch::Tensor& t) { return t.to(torch::kDouble).contiguous(); };
  const torch::Tensor x = plain(input), w = plain(weights);
  const std::int64_t n = x.size(2), kernel = w.size(2);
  const bool valid = rule.border == Border::valid && !rule.transposed;
  const std::int64_t pad = valid ? 0 : (kernel - 1) / 2;
  std::int64_t m = valid ? (n - kernel) / rule.stride + 1 : n / rule.stride;
  if (rule.transposed) m = rule.stride * n;
  const Products result{
      torch::zeros({x.size(0), w.size(rule.transposed ? 1 : 0), m, m, m}, x.options()),
      torch::zeros_like(x), torch::zeros_like(w)};
  const bool backward = upstream.defined();
  const torch::Tensor g = backward ? plain(upstream) : torch::zeros_like(result.output);

  const auto *const xs = x.const_data_ptr<double>(), *const ws = w.const_data_ptr<double>(),
                    *const gs = g.const_data_ptr<double>();
  auto *const ys = result.output.mutable_data_ptr<double>(),
              *const dx = result.input_gradient.mutable_data_ptr<double>(),
              *const dw = result.weight_gradient.mutable_data_ptr<double>();
  const Sizes sizes{
      x.size(0), w.size(1), w.size(0), rule.transposed ? m : n, rule.transposed ? n : m,
      kernel,    pad};
  for_each_product(rule, sizes, [&](std::int64_t fine, std::int64_t coarse, std::int64_t k) {
    const std::int64_t in = rule.transposed ? coarse : fine, out = rule.transposed ? fine : coarse;
    ys[out] += ws[k] * xs[in];
    if (!backward) return;
    dx[in] += ws[k] * gs[out];
    dw[k] += xs[in] * gs[out];
  });
  return result;
}

torch::Tensor conv(const torch::Tensor& input, const torch::Tensor& weights,
                   const torch::Tensor& bias, std::int64_t stride, Border border) {
  return products({false, stride, border}, input, weights).output + row(bias);
}

torch::Tensor conv_transposed(const torch::Tensor& input, const torch::Tensor& weights,
                              const torch::Tensor& bias, Border border) {
  return products({true, 2, border}, input, weights).output + row(bias);
}

}  // namespace nubox::net::naive
