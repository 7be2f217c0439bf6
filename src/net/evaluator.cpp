#include "nubox/net/evaluator.hpp"

#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"

#include "net/device.hpp"
#include "net/emulator.hpp"

namespace nubox::net {
struct Evaluator::Parts {
  ModelCard card;
  Footprint footprint;
  Precision precision;
  Emulator emulator;
};

namespace {

/// Device, threads and arithmetic for a network that is applied only. Collective.
template <class Parts>
std::unique_ptr<Parts> prepare(const par::Comm& comm, Model loaded, Precision precision) {
  set_threads(comm);
  configure_math(precision, false);
  const torch::Device device = choose_device(comm);
  return par::agree(comm, [&] {
    Emulator emulator(loaded.network, loaded.card, device);
    emulator.network().eval();
    const Footprint reach = net::footprint(loaded.card.architecture);
    return std::make_unique<Parts>(
        Parts{std::move(loaded.card), reach, precision, std::move(emulator)});
  });
}

}  // namespace

Evaluator::Evaluator(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Evaluator::Evaluator(const par::Comm& comm, const std::filesystem::path& model,
                     const std::string& precision) {
  const Precision chosen = par::agree(comm, [&] { return precision_from(precision); });
  parts_ = prepare<Parts>(comm, load_model(comm, model), chosen);
}

Evaluator Evaluator::untrained(const par::Comm& comm, const ModelCard& card,
                               const std::string& precision) {
  auto [chosen, network] = par::agree(
      comm, [&] { return std::pair(precision_from(precision), make_network(card.architecture)); });
  return Evaluator(prepare<Parts>(comm, {card, std::move(network)}, chosen));
}

Evaluator Evaluator::sharing(const Emulator& emulator, const ModelCard& card, Precision precision) {
  return Evaluator(
      std::make_unique<Parts>(Parts{card, net::footprint(card.architecture), precision, emulator}));
}

Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;

const ModelCard& Evaluator::card() const { return parts_->card; }
std::size_t Evaluator::halo() const { return parts_->footprint.halo; }
std::size_t Evaluator::stride() const { return parts_->footprint.stride; }

void Evaluator::run(std::span<const float> tiles, std::size_t batch, const Extent& tile,
                    const Style& style, std::span<float> out) const {
  const std::size_t channels = parts_->card.architecture.input_channels;
  const Extent in = grown(tile, halo());
  for (const std::size_t edge : tile) {
    if (edge == 0 || edge % stride() != 0) {
      throw InternalError("a tile of {} voxels is no multiple of the stride {}", edge, stride());
    }
  }
  if (tiles.size() != batch * channels * voxels(in) || out.size() != batch * 3 * voxels(tile)) {
    throw InternalError("tile buffers do not fit batch {}, {} channels, {} voxels", batch, channels,
                        voxels(in));
  }
  const c10::InferenceMode inference;
  Emulator& emulator = parts_->emulator;
  // from_blob wants a mutable pointer; the input is only read.
  const torch::Tensor x =
      torch::from_blob(const_cast<float*>(tiles.data()),
                       {index(batch), index(channels), index(in[0]), index(in[1]), index(in[2])})
          .to(emulator.device());
  const PrecisionScope scope(parts_->precision, emulator.device());
  torch::from_blob(out.data(), {index(batch), 3, index(tile[0]), index(tile[1]), index(tile[2])})
      .copy_(emulator.forward(x, to_tensor({style}).to(emulator.device())));
}

}  // namespace nubox::net
