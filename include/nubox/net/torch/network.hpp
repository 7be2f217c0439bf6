#pragma once

#include "nubox/net/architecture.hpp"

#include <memory>

#include <torch/torch.h>

namespace nubox::net {

/// A size as the signed integer that torch takes.
[[nodiscard]] constexpr std::int64_t index(std::size_t value) {
  return static_cast<std::int64_t>(value);
}

/// A network on cubes, with inputs and outputs in units of its scales.
class Network : public torch::nn::Module {
 public:
  explicit Network(const Architecture& architecture)
      : architecture_(architecture), footprint_(net::footprint(architecture)) {}

  /// @param x             [B][input_channels][n][n][n]
  /// @param conditioning  [1][conditioning_numbers] if the batch shares it, else [B][...]
  /// @return              [B][3][m][m][m], m = n - 2 halo()
  virtual torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& conditioning) = 0;

  [[nodiscard]] const Architecture& architecture() const { return architecture_; }
  [[nodiscard]] std::int64_t halo() const { return static_cast<std::int64_t>(footprint_.halo); }
  [[nodiscard]] std::int64_t stride() const { return static_cast<std::int64_t>(footprint_.stride); }

 private:
  Architecture architecture_;
  Footprint footprint_;
};

/// A network with random initial weights from torch's generator.
/// @throws UsageError for an invalid architecture or none
[[nodiscard]] std::shared_ptr<Network> make_network(const Architecture& architecture);

/// The interior of a cube without `margin` voxels on every side.
[[nodiscard]] torch::Tensor crop(const torch::Tensor& x, std::int64_t margin);

}  // namespace nubox::net
