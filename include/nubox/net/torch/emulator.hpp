#pragma once

#include "nubox/net/model_file.hpp"
#include "nubox/net/torch/network.hpp"
#include "nubox/par/comm.hpp"

#include <memory>

#include <torch/torch.h>

namespace nubox::net {

/// [boxes][conditioning_numbers], on the CPU.
[[nodiscard]] torch::Tensor to_tensor(const std::vector<Conditioning>& conditioning);

/// A network with its scales, from physical units to physical units:
///   residual:  increment = theta sigma_out net(features / sigma_in, conditioning), zero at theta =
///   0 else:      displacement = sigma_out net(features / sigma_in, conditioning)
class Emulator {
 public:
  /// @throws InputError if the card's scales do not fit its architecture
  Emulator(std::shared_ptr<Network> network, const ModelCard& card, torch::Device device);

  /// @param features      [B][C][n]^3 on this device, physical units
  /// @param conditioning  [1 or B][conditioning_numbers] on this device, theta first
  /// @return              [B][3][m]^3 float, Mpc/h, m = n - 2 halo
  [[nodiscard]] torch::Tensor forward(const torch::Tensor& features,
                                      const torch::Tensor& conditioning);

  [[nodiscard]] Network& network() { return *network_; }
  [[nodiscard]] const torch::Device& device() const { return device_; }

 private:
  std::shared_ptr<Network> network_;
  torch::Device device_;
  torch::Tensor inverse_scales_;
  double output_scale_;
  bool residual_;
};

/// Writes and reads a model file: card and weights. Collective. @throws FileSystemError, InputError
void save_model(const par::Comm& comm, const std::filesystem::path& path, const ModelCard& card,
                const Network& network);

struct Model {
  ModelCard card;
  std::shared_ptr<Network> network;
};
[[nodiscard]] Model load_model(const par::Comm& comm, const std::filesystem::path& path);

}  // namespace nubox::net
