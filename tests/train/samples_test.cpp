#include "nubox/core/error.hpp"
#include "nubox/train/octahedral.hpp"
#include "nubox/train/sampler.hpp"

#include "train/flat_parameters.hpp"
#include "train/optimizer.hpp"
#include "train/transformed.hpp"

#include <set>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace nubox::train {
namespace {

TEST(Octahedral, elements_are_distinct_and_closed_under_composition) {
  const auto find = [](const Octahedral& element) {
    for (std::size_t i = 0; i < octahedral_order; ++i) {
      if (octahedral(i) == element) return i;
    }
    return octahedral_order;
  };
  for (std::size_t i = 0; i < octahedral_order; ++i) {
    EXPECT_EQ(find(octahedral(i)), i);
    for (std::size_t j = 0; j < octahedral_order; ++j) {
      EXPECT_LT(find(compose(octahedral(i), octahedral(j))), octahedral_order);
    }
  }
  EXPECT_EQ(octahedral(0), Octahedral{});
  EXPECT_THROW((void)octahedral(48), InternalError);
}

TEST(Octahedral, transforms_of_fields_compose_as_elements_of_the_group) {
  const auto field = torch::randn({4, 4, 4, 4});
  for (const auto& [i, j] : {std::pair{11U, 30U}, std::pair{47U, 20U}, std::pair{5U, 5U}}) {
    const auto twice = transformed(transformed(field, octahedral(j), {1}), octahedral(i), {1});
    EXPECT_TRUE(
        torch::equal(twice, transformed(field, compose(octahedral(i), octahedral(j)), {1})));
  }
}

/// Divergence by periodic central differences, which are symmetric under reversal.
torch::Tensor divergence(const torch::Tensor& d) {
  torch::Tensor sum = torch::zeros_like(d[0]);
  for (std::int64_t a = 0; a < 3; ++a) sum += d[a].roll(-1, a) - d[a].roll(1, a);
  return sum;
}

TEST(Octahedral, divergence_of_a_transformed_field_is_the_transformed_divergence) {
  const auto field = torch::randn({3, 6, 6, 6});
  for (std::size_t i = 0; i < octahedral_order; ++i) {
    const auto found = divergence(transformed(field, octahedral(i), {0}));
    const auto expected = transformed(divergence(field).unsqueeze(0), octahedral(i), {})[0];
    EXPECT_LT((found - expected).abs().max().item<double>(), 1e-5) << i;
  }
}

TEST(Octahedral, vectors_are_found_by_the_names_of_their_components) {
  EXPECT_EQ(vector_channels({"a_x", "a_y", "a_z", "density", "b_x", "b_y", "b_z"}),
            (std::vector<std::size_t>{0, 4}));
  EXPECT_THROW((void)vector_channels({"a_x", "a_z", "a_y"}), InputError);
  EXPECT_THROW((void)vector_channels({"a_x"}), InputError);
}

Sampler make_sampler(bool free = true) {
  return {{.seed = 5, .tile = 8, .batch = 10, .augment = free, .random_shift = free}, {16, 20}};
}

TEST(Sampler, visits_every_crop_once_per_epoch_in_another_order_each_time) {
  Sampler sampler = make_sampler();
  ASSERT_EQ(sampler.samples_per_epoch(), 8U + 27U);
  ASSERT_EQ(sampler.steps_per_epoch(), 4U);
  std::vector<std::uint64_t> orders[2];
  for (std::uint64_t epoch = 0; epoch < 2; ++epoch) {
    for (std::size_t step = 0; step < 4; ++step) {
      for (const Sample& s : sampler.batch(epoch, step)) orders[epoch].push_back(s.id);
    }
    EXPECT_EQ(std::set(orders[epoch].begin(), orders[epoch].end()).size(), 35U);
  }
  EXPECT_NE(orders[0], orders[1]);
}

TEST(Sampler, batch_is_the_union_of_any_number_of_shares_and_independent_of_earlier_ones) {
  Sampler sampler = make_sampler();
  const std::vector<Sample> batch = sampler.batch(3, 2);
  EXPECT_EQ(make_sampler().batch(3, 2), batch);
  for (const std::size_t ranks : {1U, 2U, 3U, 16U}) {
    std::vector<Sample> merged(batch.size());
    std::size_t total = 0;
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      const auto mine = share(batch, rank, ranks);
      for (std::size_t i = 0; i < mine.size(); ++i) merged.at(rank + i * ranks) = mine[i];
      total += mine.size();
    }
    EXPECT_EQ(total, batch.size());
    EXPECT_EQ(merged, batch);
  }
}

TEST(Sampler, shifts_and_transforms_cover_their_range_and_can_be_switched_off) {
  Sampler sampler = make_sampler();
  std::set<std::size_t> elements, planes;
  for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
    for (std::size_t step = 0; step < 4; ++step) {
      for (const Sample& s : sampler.batch(epoch, step)) {
        elements.insert(s.element);
        const std::size_t n = s.pair == 0 ? 16 : 20;
        for (const std::size_t site : s.origin) EXPECT_LT(site, n);
        if (s.pair == 1) planes.insert(s.origin[0]);
      }
    }
  }
  EXPECT_EQ(elements.size(), octahedral_order);
  EXPECT_EQ(planes.size(), 20U);
  Sampler fixed = make_sampler(false);
  for (const Sample& s : fixed.batch(1, 0)) {
    EXPECT_EQ(s.element, 0U);
    for (const std::size_t site : s.origin) EXPECT_EQ(site % 8, 0U);
  }
}

struct TwoLayers : torch::nn::Module {
  TwoLayers() {
    first = register_module("first", torch::nn::Linear(5, 4));
    second = register_module("second", torch::nn::Linear(4, 2));
  }
  torch::Tensor forward(const torch::Tensor& x) { return second(torch::tanh(first(x))); }
  torch::nn::Linear first{nullptr}, second{nullptr};
};

/// Largest difference of weights after some steps of this optimiser and of torch's.
template <class Reference, class ReferenceOptions>
double optimizer_difference(OptimizerKind kind) {
  const auto ours = std::make_shared<TwoLayers>();
  const auto theirs = std::make_shared<TwoLayers>();
  const par::Comm comm = par::Comm::self();
  const auto x = torch::randn({8, 5});
  FlatParameters parameters(comm, *ours, [&] { ours->forward(x).sum().backward(); });
  {
    const torch::NoGradGuard no_grad;
    for (auto& item : theirs->named_parameters()) {
      item.value().copy_(ours->named_parameters()[item.key()]);
    }
  }
  TrainOptions options;
  options.optimizer = kind;
  options.learning_rate = 0.01;
  options.weight_decay = 0.1;
  options.schedule = Schedule::constant;
  options.warmup_fraction = 0;
  Optimizer optimizer(parameters, options, 10);
  Reference reference(theirs->parameters(), ReferenceOptions(0.01).weight_decay(0.1));
  for (int step = 0; step < 10; ++step) {
    parameters.gradients().zero_();
    reference.zero_grad();
    ours->forward(x).square().mean().backward();
    theirs->forward(x).square().mean().backward();
    optimizer.step(optimizer.gradient_norm());
    reference.step();
  }
  double difference = 0;
  for (auto& item : theirs->named_parameters()) {
    const auto own = ours->named_parameters()[item.key()];
    difference = std::max(difference, (own - item.value()).abs().max().item<double>());
  }
  return difference;
}

TEST(Optimizer, adam_and_adamw_equal_those_of_torch) {
  EXPECT_LT(
      (optimizer_difference<torch::optim::Adam, torch::optim::AdamOptions>(OptimizerKind::adam)),
      1e-6);
  EXPECT_LT(
      (optimizer_difference<torch::optim::AdamW, torch::optim::AdamWOptions>(OptimizerKind::adamw)),
      1e-6);
}

TEST(Optimizer, schedule_warms_up_and_falls_and_the_average_follows) {
  const auto module = std::make_shared<TwoLayers>();
  const par::Comm comm = par::Comm::self();
  FlatParameters parameters(comm, *module, [&] {
    module->forward(torch::ones({1, 5})).sum().backward();
  });
  TrainOptions options;
  options.learning_rate = 1.0;
  options.warmup_fraction = 0.1;
  options.ema = 0.5;
  Optimizer optimizer(parameters, options, 100);
  std::vector<double> rates;
  for (int step = 0; step < 100; ++step) {
    rates.push_back(optimizer.learning_rate());
    parameters.gradients().fill_(1e-3);
    optimizer.step(optimizer.gradient_norm());
  }
  EXPECT_LT(rates.front(), 0.1);
  EXPECT_NEAR(rates[10], 1.0, 1e-12);
  EXPECT_TRUE(std::is_sorted(rates.begin() + 10, rates.end(), std::greater<>()));
  EXPECT_LT(rates.back(), 0.02);
  // Weights fall steadily: their average lags behind.
  EXPECT_GT((optimizer.kept_values() - parameters.values()).min().item<double>(), 0);
  options.ema = 1;
  EXPECT_THROW(Optimizer(parameters, options, 100), UsageError);
}

}  // namespace
}  // namespace nubox::train
