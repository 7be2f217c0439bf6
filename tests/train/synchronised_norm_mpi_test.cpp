#include "nubox/net/torch/batch_norm.hpp"

#include "train/synchronised_norm.hpp"
#include "train/training_fixture.hpp"

#include <cmath>

#include <torch/torch.h>

namespace nubox::train {
namespace {

/// Results of a layer: output, gradients of input, weight and bias, running statistics.
struct Pass {
  torch::Tensor y, dx, weight, bias, mean, variance;
};

Pass run(net::BatchNorm& norm, const torch::Tensor& x, const torch::Tensor& dy) {
  const torch::Tensor input = x.clone().requires_grad_();
  const torch::Tensor y = norm.forward(input);
  y.backward(dy);
  return {y.detach(),       input.grad(),      norm.weight.grad(),
          norm.bias.grad(), norm.running_mean, norm.running_var};
}

std::shared_ptr<net::BatchNorm> make_norm() {
  auto norm = std::make_shared<net::BatchNorm>(3);
  const torch::NoGradGuard no_grad;
  norm->weight.copy_(torch::tensor({0.5, 1.0, 2.0}));
  norm->bias.copy_(torch::tensor({1.0, -1.0, 0.0}));
  return norm;
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>() / b.abs().max().item<double>();
}

torch::Tensor sum(const par::Comm& comm, const torch::Tensor& own) {
  torch::Tensor sums = own.clone();
  comm.all_reduce(std::span<float>(sums.mutable_data_ptr<float>(), 3));
  return sums;
}

TEST(SynchronisedNorm, of_ranks_with_unequal_shares_is_that_of_one_rank_with_all_crops) {
  const par::Comm comm = par::Comm::world();
  torch::manual_seed(4);
  // Rank r has r + 1 crops, the last of several ranks none.
  std::int64_t begin = 0, own = 0, total = 0;
  for (int rank = 0; rank < comm.size(); ++rank) {
    const int crops = rank > 0 && rank == comm.size() - 1 ? 0 : rank + 1;
    if (rank == comm.rank()) begin = total, own = crops;
    total += crops;
  }
  // Means far from zero and different in every crop: where naive sums cancel.
  const auto x = torch::randn({total, 3, 5, 5, 5}) + 30 * torch::randn({total, 3, 1, 1, 1});
  const auto dy = torch::randn({total, 3, 5, 5, 5});
  const auto norm = make_norm(), whole = make_norm();
  synchronise_batch_norm(comm, *norm);
  const Pass part = run(*norm, x.narrow(0, begin, own), dy.narrow(0, begin, own));
  // One rank with all crops: torch's own layer, in double.
  torch::nn::BatchNorm3d reference(3);
  reference->to(torch::kDouble);
  {
    const torch::NoGradGuard no_grad;
    reference->weight.copy_(whole->weight);
    reference->bias.copy_(whole->bias);
  }
  const auto input = x.to(torch::kDouble).requires_grad_();
  const auto y = reference->forward(input);
  y.backward(dy.to(torch::kDouble));
  if (own > 0) {
    EXPECT_LT(difference(part.y, y.detach().narrow(0, begin, own)), 1e-6);
    EXPECT_LT(difference(part.dx, input.grad().narrow(0, begin, own)), 1e-6);
  }
  EXPECT_LT(difference(sum(comm, part.weight), reference->weight.grad()), 1e-6);
  EXPECT_LT(difference(sum(comm, part.bias), reference->bias.grad()), 1e-6);
  EXPECT_LT(difference(part.mean, reference->running_mean), 1e-6);
  EXPECT_LT(difference(part.variance, reference->running_var), 1e-6);
  EXPECT_EQ(norm->num_batches_tracked.item<std::int64_t>(), 1);
}

TEST(SynchronisedNorm, refuses_layers_that_it_cannot_synchronise) {
  const par::Comm comm = par::Comm::world();
  torch::nn::Sequential foreign(torch::nn::BatchNorm3d(2));
  EXPECT_THROW(synchronise_batch_norm(comm, *foreign), InternalError);
}

using Equivalence = TrainingTest;

/// Norm of the difference over the norm of all weights of two model files.
double weight_difference(const io::TableFile& a, const io::TableFile& b) {
  double difference = 0, norm = 0;
  for (const auto& [name, array] : b.arrays) {
    const auto* expected = std::get_if<std::vector<float>>(&array.values);
    if (expected == nullptr) continue;
    const auto& found = std::get<std::vector<float>>(a.arrays.at(name).values);
    for (std::size_t i = 0; i < expected->size(); ++i) {
      const auto value = static_cast<double>((*expected)[i]);
      difference += std::pow(static_cast<double>(found[i]) - value, 2);
      norm += value * value;
    }
  }
  return std::sqrt(difference / norm);
}

TEST_F(Equivalence, of_ranks_that_share_a_batch_and_one_rank_after_six_adam_steps) {
  const net::Architecture d3m{.kind = net::NetworkKind::d3m,
                              .padding = net::Padding::zero,
                              .channels = 2,
                              .levels = 1,
                              .residual = false};
  for (const net::Architecture& architecture : {net::Architecture{.channels = 4}, d3m}) {
    TrainOptions together = options("together-" + net::name_of(architecture.kind));
    together.micro_batch = 3;
    together.learning_rate = 1e-4;  // the paper's
    if (architecture == d3m) together.batch_norm = NormStatistics::synchronised;
    together.check_sums = true;
    const TrainReport ranks = train(comm_, together, make_card(architecture), make_pairs(comm_));
    ASSERT_EQ(ranks.steps, 6U);  // of 3, 3 and 2 crops, twice
    if (!comm_.is_root()) continue;
    const par::Comm self = par::Comm::self();
    TrainOptions alone = together;
    alone.out = out_ / ("alone-" + net::name_of(architecture.kind));
    const TrainReport one = train(self, alone, make_card(architecture), make_pairs(self));
    EXPECT_LT(weight_difference(io::read_table_file(self, ranks.model, "nubox-model"),
                                io::read_table_file(self, one.model, "nubox-model")),
              1e-6)
        << net::name_of(architecture.kind);
  }
}

}  // namespace
}  // namespace nubox::train
