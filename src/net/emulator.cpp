#include "nubox/net/torch/emulator.hpp"

#include "nubox/core/build_info.hpp"
#include "nubox/core/error.hpp"
#include "nubox/io/named_table.hpp"
#include "nubox/net/torch/device.hpp"
#include "nubox/net/torch/weights.hpp"
#include "nubox/par/agree.hpp"

#include "net/card_names.hpp"

namespace nubox::net {

torch::Tensor to_tensor(const std::vector<Conditioning>& conditioning) {
  std::vector<float> values;
  for (const auto& [theta, force] : conditioning) {
    values.push_back(static_cast<float>(theta));
    values.push_back(static_cast<float>(force));
  }
  return torch::tensor(values).view({-1, index(conditioning_numbers)});
}

Emulator::Emulator(std::shared_ptr<Network> network, const ModelCard& card, torch::Device device)
    : network_(std::move(network)),
      device_(device),
      output_scale_(card.output_scale_mpch),
      residual_(card.architecture.residual) {
  const std::size_t channels = card.architecture.input_channels;
  if (card.feature_scales.size() != channels || !(card.output_scale_mpch > 0)) {
    throw InputError("{} feature scales and output scale {} do not fit {} input channels",
                     card.feature_scales.size(), card.output_scale_mpch, channels);
  }
  inverse_scales_ = torch::empty({1, static_cast<std::int64_t>(channels), 1, 1, 1});
  for (std::size_t c = 0; c < channels; ++c) {
    if (!(card.feature_scales[c] > 0)) {
      throw InputError("feature scale {} of channel {} is not positive", card.feature_scales[c], c);
    }
    inverse_scales_.view({-1})[static_cast<std::int64_t>(c)] = 1.0 / card.feature_scales[c];
  }
  inverse_scales_ = inverse_scales_.to(device_);
  network_->to(device_);
}

torch::Tensor Emulator::forward(const torch::Tensor& features, const torch::Tensor& conditioning) {
  // One pass scales, rounds and changes the memory layout. Gradients of the features are not
  // needed.
  torch::Tensor x =
      at::empty_like(features, working_dtype(features.device()), at::MemoryFormat::ChannelsLast3d);
  at::mul_out(x, features, inverse_scales_);
  // The increment is added in fp32, whatever the precision of the convolutions.
  const torch::Tensor y = network_->forward(x, conditioning).to(torch::kFloat32);
  if (!residual_) return y * output_scale_;
  return y * (output_scale_ * conditioning.select(1, 0)).view({-1, 1, 1, 1, 1});
}

void save_model(const par::Comm& comm, const std::filesystem::path& path, const ModelCard& card,
                const Network& network) {
  io::TableFile table;
  table.format = model_format;
  table.version = model_format_version;
  write_card(card, table);
  write_module(network, "weights", table);
  io::write_table_file(comm, path, table);
}

Model load_model(const par::Comm& comm, const std::filesystem::path& path) {
  Model model;
  const std::string group = "weights";
  // The names follow from the architecture: those that writing such a network would give.
  const auto names = [&](const io::Attributes& root) {
    model.network = make_network(read_architecture(root));
    io::TableFile table;
    write_module(*model.network, group, table);
    std::vector<std::string> all = card_names(root);
    for (const auto& [name, array] : table.arrays) all.push_back(name);
    return all;
  };
  const io::NamedTable found = io::read_named_table(comm, path, model_format, names);
  par::agree(comm, [&] {
    for (const std::string& name : found.ignored) {
      if (!name.starts_with(group + "/")) continue;
      throw InputError("{}: '{}' does not belong to the architecture that the file states",
                       path.string(), name);
    }
    try {
      model.card = read_card(found.table);
      read_module(found.table, group, *model.network);
    } catch (const InputError& error) {
      throw InputError("{}: {}", path.string(), error.what());
    }
  });
  return model;
}

}  // namespace nubox::net
