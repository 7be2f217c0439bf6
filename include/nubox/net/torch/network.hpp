#pragma once

#include "nubox/net/architecture.hpp"

#include <memory>

#include <torch/torch.h>

namespace nubox::net {

/// Sizes as torch wants them.
[[nodiscard]] constexpr std::int64_t index(std::size_t value) {
  return static_cast<std::int64_t>(value);
}

/// A network on cubes, in normalised units.
class Network : public torch::nn::Module {
 public:
  explicit Network(const Architecture& architecture)
      : architecture_(architecture), footprint_(net::footprint(architecture)) {}

  /// @param x      [B][input_channels][n][n][n]
  /// @param style  [1][style_numbers] if the batch shares it, else [B][style_numbers]
  /// @return       [B][3][m][m][m], m = n - 2 halo()
  virtual torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& style) = 0;

  [[nodiscard]] const Architecture& architecture() const { return architecture_; }
  [[nodiscard]] std::int64_t halo() const { return static_cast<std::int64_t>(footprint_.halo); }
  [[nodiscard]] std::int64_t stride() const { return static_cast<std::int64_t>(footprint_.stride); }

 private:
  Architecture architecture_;
  Footprint footprint_;
};

/// Builds a network with fresh weights from the torch generator. @throws UsageError
[[nodiscard]] std::shared_ptr<Network> make_network(const Architecture& architecture);

/// The interior of a cube without `margin` voxels on every side.
[[nodiscard]] torch::Tensor crop(const torch::Tensor& x, std::int64_t margin);

}  // namespace nubox::net
