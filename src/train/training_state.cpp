#include "train/training_state.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"
#include "nubox/net/torch/weights.hpp"
#include "nubox/par/agree.hpp"

#include <cmath>

namespace nubox::train {
namespace {

std::vector<torch::Tensor> copies(const std::vector<torch::Tensor>& tensors) {
  std::vector<torch::Tensor> result;
  for (const torch::Tensor& tensor : tensors) result.push_back(tensor.clone());
  return result;
}

void write_buffers(const std::vector<torch::Tensor>& buffers, const std::string& group,
                   io::TableFile& table) {
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    table.arrays[fmt::format("{}/{}", group, i)] = net::to_array(buffers[i]);
  }
}

void read_buffers(const io::TableFile& table, const std::string& group,
                  std::vector<torch::Tensor>& buffers) {
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    const std::string path = fmt::format("{}/{}", group, i);
    const auto found = table.arrays.find(path);
    if (found == table.arrays.end()) throw InputError("'{}' is missing", path);
    net::copy_from_array(found->second, buffers[i], path);
  }
}

}  // namespace

RunState::RunState(const par::Comm& comm, net::Network& network, const std::function<void()>& probe,
                   const TrainOptions& options, std::uint64_t total_steps)
    : network_(network),
      parameters_(comm, network, probe),
      optimizer_(par::agree(comm, [&] { return Optimizer(parameters_, options, total_steps); })) {}

void RunState::with_kept_weights(const std::function<void()>& work) {
  const Weights current{parameters_.values().clone(), copies(network_.buffers())};
  load({optimizer_.kept_values(), current.buffers});
  work();
  load(current);
}

void RunState::keep_if_best(double score, double loss) {
  if (!(score < position_.best_score)) return;
  position_.best_score = score;
  position_.best_loss = loss;
  best_ = {optimizer_.kept_values().clone(), copies(network_.buffers())};
}

void RunState::use_best() {
  if (best_.values.defined()) load(best_);
}

void RunState::load(const Weights& weights) {
  const torch::NoGradGuard no_grad;
  parameters_.values().copy_(weights.values);
  std::vector<torch::Tensor> buffers = network_.buffers();
  for (std::size_t i = 0; i < buffers.size(); ++i) buffers[i].copy_(weights.buffers[i]);
}

io::TableFile RunState::to_table() const {
  io::TableFile table;
  parameters_.write(parameters_.values(), "weights", table);
  write_buffers(network_.buffers(), "buffers", table);
  optimizer_.write(table);
  if (best_.values.defined()) {
    parameters_.write(best_.values, "best", table);
    write_buffers(best_.buffers, "best_buffers", table);
  }
  return table;
}

void RunState::read(const Checkpoints::Loaded& loaded) {
  position_ = loaded.position;
  parameters_.read(loaded.state, "weights", parameters_.values());
  optimizer_.read(loaded.state);
  std::vector<torch::Tensor> buffers = network_.buffers();
  read_buffers(loaded.state, "buffers", buffers);
  if (!std::isfinite(position_.best_score)) return;
  best_ = {torch::zeros_like(parameters_.values()), copies(buffers)};
  parameters_.read(loaded.state, "best", best_.values);
  read_buffers(loaded.state, "best_buffers", best_.buffers);
}

void RunState::require_equal_weights(const par::Comm& comm) {
  const torch::Tensor host = parameters_.values().cpu();
  const std::span<const float> values(host.const_data_ptr<float>(),
                                      static_cast<std::size_t>(host.numel()));
  const auto sums = comm.all_gather(checksum_of(values));
  for (std::size_t rank = 1; rank < sums.size(); ++rank) {
    if (sums[rank] == sums[0]) continue;
    par::throw_agreed(
        comm,
        Error(ExitCode::communication,
              fmt::format("weights of rank {} differ from rank 0's after step {}: gradient sums "
                          "were not equal on all ranks",
                          rank, position_.steps)),
        static_cast<int>(rank));
  }
}

}  // namespace nubox::train
