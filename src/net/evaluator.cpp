#include "nubox/net/evaluator.hpp"

#include "nubox/par/agree.hpp"

#include "net/evaluator_parts.hpp"

namespace nubox::net {
namespace {

/// A network on this rank's device, for inference. Collective.
template <class Parts>
std::unique_ptr<Parts> prepare(const par::Comm& comm, Model loaded, Precision wanted) {
  set_threads(comm);
  const Precision precision = usable_precision(comm, wanted);
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

Evaluator::Evaluator(const par::Comm& comm, const std::filesystem::path& model, Precision precision)
    : parts_(prepare<Parts>(comm, load_model(comm, model), precision)) {}

Evaluator Evaluator::untrained(const par::Comm& comm, const ModelCard& card, Precision precision) {
  auto network = par::agree(comm, [&] { return make_network(card.architecture); });
  return Evaluator(prepare<Parts>(comm, {card, std::move(network)}, precision));
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

}  // namespace nubox::net
