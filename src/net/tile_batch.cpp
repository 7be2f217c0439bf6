#include "nubox/net/tile_batch.hpp"

#include "nubox/core/error.hpp"
#include "nubox/net/torch/device.hpp"
#include "nubox/net/torch/emulator.hpp"

#include "net/evaluator_parts.hpp"

#include <optional>

#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace nubox::net {
namespace {

std::span<float> values_of(const torch::Tensor& tensor, std::int64_t count) {
  const torch::Tensor first = tensor.narrow(0, 0, count);
  return {first.mutable_data_ptr<float>(), static_cast<std::size_t>(first.numel())};
}

/// A stream of its own on a GPU, after all work begun before is done; none on CPUs.
std::optional<c10::Stream> own_stream(torch::Device device) {
  if (!device.is_cuda()) return std::nullopt;
  const c10::impl::VirtualGuardImpl gpu(device.type());
  gpu.synchronizeDevice(device.index());
  return gpu.getStreamFromGlobalPool(device);
}

}  // namespace

struct TileBatch::Parts {
  Evaluator::Parts& network;
  std::optional<c10::Stream> stream;
  torch::Tensor input, output;
  std::int64_t count = 0;
};

TileBatch::TileBatch(const Evaluator& network, std::size_t capacity, const Extent& tile) {
  for (const std::size_t edge : tile) {
    if (edge == 0 || edge % network.stride() != 0) {
      throw InternalError("tile edge {} is not a multiple of the stride {}", edge,
                          network.stride());
    }
  }
  const auto memory = [&](std::size_t channels, const Extent& extent, at::MemoryFormat format) {
    return torch::empty(
        {index(capacity), index(channels), index(extent[0]), index(extent[1]), index(extent[2])},
        torch::TensorOptions()
            .pinned_memory(network.parts_->emulator.device().is_cuda())
            .memory_format(format));
  };
  parts_ = std::make_unique<Parts>(
      Parts{*network.parts_, own_stream(network.parts_->emulator.device()),
            memory(network.card().architecture.input_channels, grown(tile, network.halo()),
                   at::MemoryFormat::Contiguous),
            memory(3, tile, at::MemoryFormat::ChannelsLast3d)});
}

TileBatch::~TileBatch() = default;
TileBatch::TileBatch(TileBatch&&) noexcept = default;
TileBatch& TileBatch::operator=(TileBatch&&) noexcept = default;

std::span<float> TileBatch::input() { return values_of(parts_->input, parts_->input.size(0)); }

void TileBatch::start(std::size_t count, const Conditioning& conditioning) {
  if (index(count) > parts_->input.size(0)) {
    throw InternalError("{} tiles do not fit into a batch of {}", count, parts_->input.size(0));
  }
  const c10::InferenceMode inference;
  Emulator& emulator = parts_->network.emulator;
  const c10::OptionalStreamGuard on(parts_->stream);
  parts_->count = index(count);
  // First, since a copy from pageable memory waits for all work of the stream.
  const torch::Tensor on_device = to_tensor({conditioning}).to(emulator.device());
  const torch::Tensor x =
      parts_->input.narrow(0, 0, parts_->count).to(emulator.device(), /*non_blocking=*/true);
  const PrecisionScope scope(parts_->network.precision, emulator.device());
  parts_->output.narrow(0, 0, parts_->count)
      .copy_(emulator.forward(x, on_device), /*non_blocking=*/true);
}

std::span<const float> TileBatch::result() {
  if (parts_->stream) parts_->stream->synchronize();
  return values_of(parts_->output, parts_->count);
}

}  // namespace nubox::net
