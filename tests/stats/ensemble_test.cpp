#include "nubox/stats/ensemble.hpp"

#include "nubox/core/error.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

TEST(Ensemble, spread_is_mean_scatter_error_and_covariance) {
  const std::vector<std::vector<double>> samples{{1, 10}, {2, 30}, {6, 20}};
  const Spread spread = spread_of(samples);
  EXPECT_DOUBLE_EQ(spread.mean[0], 3);
  EXPECT_DOUBLE_EQ(spread.mean[1], 20);
  // Deviations (-2, -1, 3) and (-10, 10, 0): sums 14, 200 and 20 - 10 + 0 = 10, over n - 1 = 2.
  EXPECT_DOUBLE_EQ(spread.scatter[0], std::sqrt(7.0));
  EXPECT_DOUBLE_EQ(spread.error[1], std::sqrt(100.0 / 3));
  EXPECT_DOUBLE_EQ(spread.covariance[1], 5);
  EXPECT_DOUBLE_EQ(spread.covariance[2], 5);
  EXPECT_DOUBLE_EQ(spread.covariance[3], 100);
  EXPECT_THROW((void)spread_of(std::vector<std::vector<double>>{{1.0}}), UsageError);
}

TEST(Ensemble, hartlap_factor_is_refused_for_too_few_realisations) {
  EXPECT_DOUBLE_EQ(hartlap_factor(10, 7), 1.0 / 9);  // at most 7 bins of 10 realisations
  EXPECT_THROW((void)hartlap_factor(10, 8), UsageError);
  EXPECT_THROW((void)hartlap_factor(3, 1), UsageError);
  EXPECT_THROW((void)hartlap_factor(2, 5), UsageError);
}

TEST(Ensemble, inverse_times_matrix_is_one) {
  const std::vector<double> matrix{4, 1, 0.5, 1, 3, -0.2, 0.5, -0.2, 2};
  const auto inverse = inverse_of(matrix, 3);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      double product = 0;
      for (std::size_t k = 0; k < 3; ++k) product += inverse[3 * i + k] * matrix[3 * k + j];
      EXPECT_NEAR(product, i == j ? 1 : 0, 1e-14);
    }
  }
  EXPECT_THROW((void)inverse_of(std::vector<double>{1, 2, 2, 1}, 2), NumericalError);
}

TEST(Ensemble, hartlap_factor_unbiases_the_inverse_of_measured_covariances) {
  constexpr std::size_t realisations = 12, bins = 3, trials = 4000;
  std::mt19937_64 generator(7);
  std::normal_distribution<double> normal;
  double trace = 0;
  for (std::size_t trial = 0; trial < trials; ++trial) {
    std::vector<std::vector<double>> samples(realisations, std::vector<double>(bins));
    for (auto& sample : samples) {
      for (double& value : sample) value = normal(generator);
    }
    const auto inverse = inverse_of(spread_of(samples).covariance, bins);
    for (std::size_t i = 0; i < bins; ++i) trace += inverse[i * bins + i] / (bins * trials);
  }
  // The truth is the unit matrix; uncorrected, the mean would be 11 / 7. The scatter of one
  // diagonal element is about 1, of their mean 0.01.
  EXPECT_NEAR(trace * hartlap_factor(realisations, bins), 1.0, 0.04);
}

class Combining : public ::testing::Test {
 protected:
  static io::TableFile realisation(double p_model, double p_target, double edge) {
    io::TableFile table;
    table.format = "nubox-stats";
    table.group_attributes["power"]["assignment"] = std::string("cic");
    const auto column = [&](const std::string& path, std::vector<double> values) {
      const std::vector<std::size_t> shape{values.size()};
      table.arrays[path] = {shape, std::move(values), "", path};
    };
    column("power/k", {0.1, 0.2});
    column("power/p_model", {p_model, 2 * p_model});
    column("power/p_target", {p_target, p_target});
    column("power/p_cross", {0.9 * p_model, p_model});
    column("power/transfer", {std::sqrt(p_model / p_target), 1});
    column("residual/edges", {-edge, 0, edge});
    table.arrays["residual/histogram"] = {{2}, std::vector<std::uint64_t>{3, 4}, "", ""};
    table.arrays["residual/map_model"] = {{1}, std::vector<float>{1}, "", ""};
    return table;
  }
  static const std::vector<double>& column(const io::TableFile& table, const std::string& path) {
    return std::get<std::vector<double>>(table.arrays.at(path).values);
  }
};

TEST_F(Combining, both_ratios_are_given_and_named) {
  const std::vector<io::TableFile> two{realisation(1, 2, 1), realisation(3, 4, 1)};
  const io::TableFile table = combine(two);
  EXPECT_EQ(std::get<std::int64_t>(table.attributes.at("realisations")), 2);
  EXPECT_EQ(column(table, "power/k"), (std::vector<double>{0.1, 0.2}));
  EXPECT_DOUBLE_EQ(column(table, "power/p_model")[0], 2);
  EXPECT_DOUBLE_EQ(column(table, "ensemble/power/p_model/error")[0], 1);
  EXPECT_DOUBLE_EQ(column(table, "ensemble/power/p_model/mean_of_ratios")[0], 0.625);
  EXPECT_DOUBLE_EQ(column(table, "ensemble/power/p_model/ratio_of_means")[0], 2.0 / 3);
  EXPECT_DOUBLE_EQ(column(table, "ensemble/power/transfer/ratio_of_means")[0], std::sqrt(2.0 / 3));
  EXPECT_DOUBLE_EQ(column(table, "power/transfer")[0], (std::sqrt(0.5) + std::sqrt(0.75)) / 2);
  EXPECT_EQ(table.arrays.at("ensemble/power/p_model/covariance").shape,
            (std::vector<std::size_t>{2, 2}));
  const auto& refusal = std::get<std::string>(
      table.group_attributes.at("ensemble/power/p_model").at("inverse_covariance"));
  EXPECT_NE(refusal.find("Hartlap"), std::string::npos);
  EXPECT_FALSE(table.arrays.contains("ensemble/power/p_model/inverse_covariance"));
}

TEST_F(Combining, what_cannot_be_averaged_is_left_out_and_named) {
  const std::vector<io::TableFile> two{realisation(1, 2, 1), realisation(3, 4, 1.5)};
  const io::TableFile table = combine(two);
  EXPECT_FALSE(table.arrays.contains("residual/histogram"));
  EXPECT_FALSE(table.arrays.contains("residual/edges"));
  EXPECT_EQ(std::get<std::string>(table.attributes.at("left_out")),
            "residual/edges residual/histogram residual/map_model");
  EXPECT_THROW((void)combine(std::vector<io::TableFile>{realisation(1, 2, 1)}), UsageError);
}

}  // namespace
}  // namespace nubox::stats
