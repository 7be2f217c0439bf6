#include "nubox/net/torch/network.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/train/sampler.hpp"

#include "train/checked_backend.hpp"
#include "train/reducer.hpp"
#include "train/synchronised_norm.hpp"

#include <cmath>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace nubox::train {
namespace {

struct Problem {
  torch::Tensor x = torch::randn({5, 3, 20, 20, 20});
  torch::Tensor y = torch::randn({5, 3, 4, 4, 4});
};

/// Gradient of the mean loss over five samples, distributed over the ranks of `comm`.
torch::Tensor gradient(const par::Comm& comm, const Reducer::Options& options, std::size_t micro) {
  torch::manual_seed(3);
  const auto network = net::make_network({.channels = 4, .levels = 1});
  {
    const torch::NoGradGuard no_grad;
    for (auto& parameter : network->parameters()) parameter.uniform_(-0.3, 0.3);
  }
  const Problem problem;
  const auto style = torch::ones({1, 2});
  FlatParameters parameters(
      comm, *network, [&] { network->forward(problem.x.narrow(0, 0, 1), style).sum().backward(); });
  const auto backend = make_reduce_backend(GradientBackend::mpi, comm, torch::kCPU);
  Reducer reducer(parameters, *backend, options);
  for (int step = 0; step < 2; ++step) {  // the second must not depend on the first
    reducer.begin_step();
    std::vector<std::int64_t> mine;
    for (int i = comm.rank(); i < 5; i += comm.size()) mine.push_back(i);
    for (std::size_t i = 0; i < mine.size(); i += micro) {
      const auto count = static_cast<std::int64_t>(std::min(micro, mine.size() - i));
      const auto index = torch::tensor(mine).narrow(0, static_cast<std::int64_t>(i), count);
      const auto error = network->forward(problem.x.index_select(0, index), style) -
                         problem.y.index_select(0, index);
      if (i + micro >= mine.size()) reducer.arm();
      (error.square().mean({1, 2, 3, 4}).sum() / 5.0).backward();
    }
    reducer.finish();
    EXPECT_FALSE(reducer.failure());
  }
  return parameters.gradients().clone();
}

TEST(Reducer, ranks_with_uneven_shares_give_the_gradient_of_one_rank_with_all_samples) {
  const par::Comm world = par::Comm::world();
  const par::Comm self = par::Comm::self();
  const auto expected = gradient(self, {}, 5);
  const double norm = expected.norm().item<double>();
  ASSERT_GT(norm, 1e-3);
  for (const auto& options :
       {Reducer::Options{}, Reducer::Options{.bucket_bytes = 2000, .last_bytes = 500}}) {
    for (const std::size_t micro : {1U, 2U}) {
      const auto summed = gradient(world, options, micro);
      // Sums over thousands of voxels in another order: some units of 2^-24.
      EXPECT_LT((summed - expected).norm().item<double>() / norm, 4e-6);
    }
  }
}

TEST(Reducer, buckets_of_d3m_follow_the_plan) {
  const par::Comm comm = par::Comm::world();
  const auto network = net::make_network(net::default_architecture(net::NetworkKind::d3m));
  network->eval();
  FlatParameters parameters(comm, *network, [&] {
    network->forward(torch::zeros({1, 3, 8, 8, 8}), torch::ones({1})).sum().backward();
  });
  EXPECT_EQ(parameters.entries().front().name.substr(0, 8), "layer15.");
  const auto backend = make_reduce_backend(GradientBackend::automatic, comm, torch::kCPU);
  EXPECT_EQ(backend->name(), "mpi");
  const Reducer reducer(parameters, *backend, Reducer::Options{});
  std::int64_t end = 0;
  std::size_t count = 0;
  for (const auto& bucket : reducer.buckets()) {
    EXPECT_EQ(bucket.begin, end);
    // A tensor is never split: layers 7 and 8 have one of 7.08 MB each.
    EXPECT_LE(bucket.bytes(), std::size_t{27} * 256 * 256 * 4 + (std::size_t{4} << 20));
    end = bucket.end;
    count += bucket.parameters;
  }
  EXPECT_EQ(end, 8415939);
  EXPECT_EQ(count, parameters.entries().size());
  EXPECT_GE(reducer.buckets().size(), 8U);
  EXPECT_LE(reducer.buckets().back().bytes(), std::size_t{1} << 19);
}

/// A layer that can be left out, and one that is not used.
struct Partial : torch::nn::Module {
  explicit Partial(bool with_idle) {
    first = register_module("first", torch::nn::Linear(2, 2));
    second = register_module("second", torch::nn::Linear(2, 2));
    if (with_idle) register_module("idle", torch::nn::Linear(2, 2));
  }
  torch::Tensor forward(bool both) {
    const auto y = first(torch::ones({1, 2}));
    return both ? second(y) : y;
  }
  torch::nn::Linear first{nullptr}, second{nullptr};
};

TEST(Reducer, a_parameter_that_never_gets_a_gradient_is_named_on_all_ranks) {
  const par::Comm comm = par::Comm::world();
  Partial module(true);
  try {
    FlatParameters parameters(comm, module, [&] { module.forward(true).sum().backward(); });
    FAIL() << "an unused parameter was accepted";
  } catch (const Error& error) {
    EXPECT_TRUE(error.agreed());
    EXPECT_NE(std::string(error.what()).find("idle."), std::string::npos);
  }
}

TEST(Reducer, a_parameter_left_out_on_one_rank_only_is_named_on_all_ranks) {
  const par::Comm comm = par::Comm::world();
  Partial module(false);
  FlatParameters parameters(comm, module, [&] { module.forward(true).sum().backward(); });
  const auto backend = make_reduce_backend(GradientBackend::mpi, comm, torch::kCPU);
  Reducer reducer(parameters, *backend, {.bucket_bytes = 1, .last_bytes = 1});
  EXPECT_EQ(reducer.buckets().size(), 4U);
  reducer.begin_step();
  reducer.arm();
  const bool last = comm.rank() == comm.size() - 1;
  module.forward(!last).sum().backward();
  reducer.finish();
  EXPECT_EQ(reducer.failure().has_value(), last);
  try {
    par::agree_on(comm, reducer.failure());
    FAIL() << "a missing gradient was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.origin_rank(), comm.size() - 1);
    EXPECT_NE(std::string(error.what()).find("second."), std::string::npos);
  }
}

TEST(Reducer, with_checked_sums_names_the_rank_that_sums_another_tensor_on_all_ranks) {
  const par::Comm comm = par::Comm::world();
  if (comm.size() == 1) GTEST_SKIP() << "needs ranks that can differ";
  CheckedBackend backend(comm, make_reduce_backend(GradientBackend::mpi, comm, torch::kCPU));
  const auto buffer = torch::ones({6});
  backend.start(buffer.narrow(0, 0, 3));
  backend.wait_all();
  EXPECT_EQ(buffer[0].item<float>(), static_cast<float>(comm.size()));
  const bool last = comm.rank() == comm.size() - 1;
  try {
    backend.start(buffer.narrow(0, last ? 2 : 3, 3));
    FAIL() << "two different sums were begun";
  } catch (const Error& error) {
    EXPECT_TRUE(error.agreed());
    EXPECT_EQ(error.code(), ExitCode::communication);
    EXPECT_EQ(error.origin_rank(), comm.size() - 1);
    EXPECT_NE(std::string(error.what()).find("sum 2 of 3 values from offset 2, rank 0 sum 2"),
              std::string::npos)
        << error.what();
  }
}

TEST(Reducer, nccl_without_gpus_is_a_usage_error_on_all_ranks) {
  const par::Comm comm = par::Comm::world();
  EXPECT_THROW((void)make_reduce_backend(GradientBackend::nccl, comm, torch::kCPU), Error);
}

TEST(BatchNorm, merged_statistics_are_those_of_one_rank_with_all_samples) {
  const par::Comm comm = par::Comm::world();
  torch::manual_seed(9);
  const std::int64_t ranks = comm.size();
  const auto x = torch::randn({ranks, 2, 6, 6, 6}) + torch::randn({ranks, 2, 1, 1, 1});
  const auto local = torch::nn::BatchNorm3d(2);
  const auto whole = torch::nn::BatchNorm3d(2);
  (*local.ptr()).forward(x.narrow(0, comm.rank(), 1));
  (*whole.ptr()).forward(x);
  torch::nn::Sequential module(local);
  merge_running_statistics(comm, *module, 1);
  EXPECT_LT((local->running_mean - whole->running_mean).abs().max().item<double>(), 1e-6);
  // Bessel's correction differs by 1/216 between one sample and all of them.
  EXPECT_LT((local->running_var - whole->running_var).abs().max().item<double>(), 2e-3);
  // A rank without samples gets the statistics of the others.
  merge_running_statistics(comm, *module, comm.is_root() ? 1 : 0);
  const auto means = comm.all_gather(local->running_mean[0].item<float>());
  for (const float mean : means) EXPECT_EQ(mean, means.front());
}

}  // namespace
}  // namespace nubox::train
