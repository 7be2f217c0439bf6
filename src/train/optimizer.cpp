#include "train/optimizer.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::train {
namespace {

// Defaults of Adam (Kingma & Ba 2015), as in ML-Recon (He et al. 2019).
constexpr double beta1 = 0.9;
constexpr double beta2 = 0.999;
constexpr double epsilon = 1e-8;
/// Fraction of the learning rate at the end of a cosine schedule.
constexpr double final_share = 0.01;

void require(bool good, const char* text) {
  if (!good) throw UsageError("training: {}", text);
}

}  // namespace

Optimizer::Optimizer(FlatParameters& parameters, const TrainOptions& options,
                     std::uint64_t total_steps)
    : parameters_(parameters), options_(options), total_steps_(total_steps) {
  require(options.learning_rate > 0, "learning_rate must be positive");
  require(options.warmup_fraction >= 0 && options.warmup_fraction < 1,
          "warmup_fraction must be in [0, 1)");
  require(options.ema >= 0 && options.ema < 1, "ema must be in [0, 1)");
  require(options.weight_decay >= 0 && options.clip_norm >= 0,
          "weight_decay and clip_norm must not be negative");
  first_moment_ = torch::zeros_like(parameters_.values());
  second_moment_ = torch::zeros_like(parameters_.values());
  if (options.ema > 0) average_ = parameters_.values().clone();
}

double Optimizer::gradient_norm() const {
  return torch::linalg_vector_norm(parameters_.gradients(), 2, std::nullopt, false, torch::kDouble)
      .item<double>();
}

double Optimizer::learning_rate() const {
  if (options_.schedule == Schedule::constant) return options_.learning_rate;
  const auto step = static_cast<double>(steps_);
  const auto total = static_cast<double>(total_steps_);
  const double warmup = options_.warmup_fraction * total;
  if (step < warmup) return options_.learning_rate * (step + 1) / (warmup + 1);
  const double progress = std::min(1.0, (step - warmup) / std::max(1.0, total - warmup));
  const double falling = 0.5 * (1 + std::cos(units::pi * progress));
  return options_.learning_rate * (final_share + (1 - final_share) * falling);
}

void Optimizer::step(double norm) {
  const torch::NoGradGuard no_grad;
  torch::Tensor& values = parameters_.values();
  torch::Tensor& gradients = parameters_.gradients();
  const double rate = learning_rate();
  if (options_.clip_norm > 0 && norm > options_.clip_norm) {
    gradients.mul_(options_.clip_norm / norm);
  }
  if (options_.optimizer == OptimizerKind::adamw) {
    values.mul_(1 - rate * options_.weight_decay);
  } else if (options_.weight_decay > 0) {
    gradients.add_(values, options_.weight_decay);
  }
  ++steps_;
  const auto t = static_cast<double>(steps_);
  first_moment_.lerp_(gradients, 1 - beta1);
  second_moment_.mul_(beta2).addcmul_(gradients, gradients, 1 - beta2);
  const torch::Tensor root =
      (second_moment_.sqrt() / std::sqrt(1 - std::pow(beta2, t))).add_(epsilon);
  values.addcdiv_(first_moment_, root, -rate / (1 - std::pow(beta1, t)));
  // With a constant decay the initial weights would contribute for 1 / (1 - ema) steps: the decay
  // grows with the number of steps.
  if (average_.defined()) average_.lerp_(values, 1 - std::min(options_.ema, (1 + t) / (10 + t)));
}

const torch::Tensor& Optimizer::kept_values() const {
  return average_.defined() ? average_ : parameters_.values();
}

void Optimizer::write(io::TableFile& table) const {
  table.attributes["optimizer_steps"] = static_cast<std::int64_t>(steps_);
  parameters_.write(first_moment_, "first_moment", table);
  parameters_.write(second_moment_, "second_moment", table);
  if (average_.defined()) parameters_.write(average_, "average", table);
}

void Optimizer::read(const io::TableFile& table) {
  const auto steps = io::require<std::int64_t>(table.attributes, "optimizer_steps", "checkpoint");
  parameters_.read(table, "first_moment", first_moment_);
  parameters_.read(table, "second_moment", second_moment_);
  if (average_.defined()) parameters_.read(table, "average", average_);
  steps_ = static_cast<std::uint64_t>(steps);
}

}  // namespace nubox::train
