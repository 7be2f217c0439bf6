#include "nubox/core/error.hpp"
#include "nubox/net/evaluator.hpp"
#include "nubox/predict/predict.hpp"
#include "nubox/stats/density.hpp"
#include "nubox/stats/power.hpp"

#include "train/small_pairs.hpp"
#include "train/validator.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace nubox::train {
namespace {

namespace fs = std::filesystem;

TrainOptions small_options() {
  TrainOptions options;
  options.tile = 6;
  options.micro_batch = 2;
  return options;
}

/// |T - 1| + (1 - r) over all modes of a bin, from the table of `stats`.
double error_by_table(const par::Comm& comm, const field::LatticeField& model,
                      const field::LatticeField& target) {
  const auto plan = fft::Plan::create(comm, model.n());
  const auto modes = [&](const field::LatticeField& displacement) {
    io::FieldHeader header;
    header.n = displacement.n();
    header.box_size_mpch = displacement.box_size_mpch();
    return stats::density_modes(stats::Tracers({header, displacement, std::nullopt}), plan,
                                field::Assignment::cic);
  };
  const stats::PowerTable table = stats::measure_power(modes(model), nullptr, {});
  const fft::MeshField target_modes = modes(target);
  const stats::PowerTable both = stats::measure_power(modes(model), &target_modes, {});
  double sum = 0, bins = 0;
  for (int tenth = 1; tenth < 10; ++tenth) {
    double model_power = 0, target_power = 0, cross_power = 0;
    for (std::size_t i = 0; i < both.k_hmpc.size(); ++i) {
      if (std::floor(10 * both.k_hmpc[i]) != tenth) continue;
      const auto count = static_cast<double>(both.modes[i]);
      model_power += count * table.p_model[i];
      target_power += count * both.p_target[i];
      cross_power += count * both.p_cross[i];
    }
    if (target_power == 0) continue;
    sum += std::abs(std::sqrt(model_power / target_power) - 1) + 1 -
           cross_power / std::sqrt(model_power * target_power);
    ++bins;
  }
  return sum / bins;
}

TEST(BoxSpectra, of_a_box_with_itself_have_no_error_and_of_another_box_have) {
  const par::Comm comm = par::Comm::world();
  const TrainingPair pair = make_pair(comm, 1.0, true);
  const auto plan = fft::Plan::create(comm, lattice_n);
  const auto target = stats::particle_modes(plan, pair.target_mpch);
  EXPECT_NEAR(stats::compare_boxes(target, target).error(), 0, 1e-12);
  const stats::BoxSpectra prior =
      stats::compare_boxes(stats::particle_modes(plan, pair.prior_mpch), target);
  EXPECT_NEAR(prior.error(), error_by_table(comm, pair.prior_mpch, pair.target_mpch), 1e-9);
  EXPECT_GT(prior.error(), 1e-3);
  ASSERT_EQ(prior.transfer.size(), stats::spectra_bins);
  // 24 Mpc/h: no mode below 2 pi / 24 = 0.26 h/Mpc
  EXPECT_TRUE(std::isnan(prior.transfer[0]));
  EXPECT_FALSE(std::isnan(prior.transfer[2]));
}

TEST(Validator, gives_a_network_that_adds_nothing_the_errors_of_the_prior_in_boxes_of_any_size) {
  const par::Comm comm = par::Comm::world();
  std::vector<TrainingPair> pairs;
  pairs.push_back(make_pair(comm, 0.3, false));
  pairs.push_back(make_pair(comm, 2.0, true));
  pairs.push_back(make_pair(comm, 1.0, true, 8));
  pairs.back().conditioning.theta = 4;
  const double expected = (error_by_table(comm, pairs[1].prior_mpch, pairs[1].target_mpch) +
                           error_by_table(comm, pairs[2].prior_mpch, pairs[2].target_mpch)) /
                          2;
  net::ModelCard card = make_card();
  measure_scales(comm, pairs, card);
  const Validator validator(comm, small_options(), card,
                            prepare(std::move(pairs), true).validation);
  net::Emulator emulator(net::make_network(card.architecture), card, torch::kCPU);
  const ValidationResult result = validator.validate(emulator);
  ASSERT_EQ(result.spectra.size(), 2U);
  // prior + residual is not the target to the last bit of fp32
  EXPECT_NEAR(result.spectral_error(), expected, 1e-5 * expected);
  EXPECT_EQ(result.spectral_error(), validator.prior().spectral_error());
  EXPECT_FLOAT_EQ(static_cast<float>(result.loss), static_cast<float>(validator.prior().loss));
  EXPECT_TRUE(emulator.network().is_training());
}

TEST(Validator, refuses_boxes_that_cannot_be_predicted_whole_unless_losses_select) {
  const par::Comm comm = par::Comm::world();
  std::vector<TrainingPair> pairs;
  pairs.push_back(make_pair(comm, 0.3, true, 8));  // not a multiple of the tile of 6
  const net::ModelCard card = make_card({.kind = net::NetworkKind::d3m,
                                         .padding = net::Padding::zero,
                                         .channels = 2,
                                         .levels = 1,
                                         .residual = false});
  TrainOptions options = small_options();
  const auto boxes = [&] { return prepare({pairs}, false).validation; };
  EXPECT_THROW(Validator(comm, options, card, boxes()), Error);
  options.select = Selection::loss;
  EXPECT_FALSE(Validator(comm, options, card, boxes()).prior().has_spectra());
}

TEST(TrainingWithValidation, publishes_the_epoch_with_the_best_spectra_of_the_box_predicted_whole) {
  const par::Comm comm = par::Comm::world();
  TrainOptions options = small_options();
  options.batch = 3;
  options.epochs = 5;
  options.select_every = 2;
  options.learning_rate = 2e-2;
  options.out = comm.broadcast(
      (fs::temp_directory_path() / fmt::format("nubox-validator-{}", getpid())).string());
  const TrainReport report = train(comm, options, make_card(), make_pairs(comm));
  const net::Evaluator model(comm, report.model);
  const TrainingPair box = make_pair(comm, 2.0, true);
  const auto predicted =
      predict::predict_displacement(box.features, box.prior_mpch, model, {.theta = 1});
  const double error = error_by_table(comm, predicted, box.target_mpch);
  EXPECT_NEAR(report.best_spectral_error.value(), error, 1e-4 * error);
  EXPECT_LT(error, report.prior_spectral_error.value());
  if (comm.is_root()) {
    std::ifstream metrics(options.out / "metrics.jsonl");
    std::vector<double> errors;
    for (std::string line; std::getline(metrics, line);) {
      const auto record = nlohmann::json::parse(line);
      if (!record.contains("spectra")) continue;
      errors.push_back(record["validation_spectral_error"]);
      EXPECT_EQ(record["spectra"]["k_hmpc"].size(), stats::spectra_bins);
      EXPECT_EQ(record["spectra"]["boxes"][0]["T"].size(), stats::spectra_bins);
      EXPECT_TRUE(record["spectra"]["boxes"][0]["r"][0].is_null());
    }
    ASSERT_EQ(errors.size(), 3U) << "epochs 2, 4 and the last";
    EXPECT_EQ(std::ranges::min(errors), report.best_spectral_error.value());
  }
  comm.barrier();
  if (comm.is_root()) fs::remove_all(options.out);
}

}  // namespace
}  // namespace nubox::train
