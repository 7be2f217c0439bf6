#include "nubox/cosmology/k_table.hpp"

#include <gtest/gtest.h>

namespace nubox::cosmology {
namespace {

TEST(KTable, reproduces_a_function_linear_in_log_k) {
  const auto line = [](double k) { return 2 + 0.5 * std::log(k); };
  const KTable table(line, 1e-3, 10, 50);
  for (const double k : {1e-3, 0.017, 0.4, 3.3, 10.0}) EXPECT_NEAR(table(k), line(k), 1e-12);
}

TEST(KTable, is_constant_beyond_its_ends) {
  const KTable table([](double k) { return k; }, 0.1, 1, 10);
  EXPECT_NEAR(table(1e-5), 0.1, 1e-15);
  EXPECT_NEAR(table(50), 1, 1e-12);
}

TEST(KTable, error_is_an_eighth_of_curvature_times_step_squared) {
  const auto f = [](double k) { return std::log(k) * std::log(k); };  // curvature 2 everywhere
  const KTable table(f, 0.01, 100, 101);
  const double step = std::log(1e4) / 100;
  const double middle = 0.01 * std::exp(20.5 * step);
  EXPECT_NEAR(table(middle) - f(middle), 2 * step * step / 8, 1e-12);
}

}  // namespace
}  // namespace nubox::cosmology
