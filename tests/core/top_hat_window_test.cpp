#include "nubox/core/top_hat_window.hpp"

#include <gtest/gtest.h>

namespace nubox {
namespace {

/// The transform itself, 3 int_0^1 sin(x r) / (x r) r^2 dr, by Simpson's rule.
double transform_of_sphere(double x) {
  constexpr int intervals = 2000;
  double sum = 0;
  for (int i = 0; i <= intervals; ++i) {
    const double r = static_cast<double>(i) / intervals;
    const double weight = i == 0 || i == intervals ? 1 : i % 2 == 1 ? 4 : 2;
    sum += weight * (r == 0 ? 0 : std::sin(x * r) / x * r);
  }
  return 3 * sum / (3.0 * intervals);
}

TEST(TopHatWindow, is_the_transform_of_the_sphere) {
  EXPECT_EQ(top_hat_window(0), 1);
  for (const double x : {1e-3, 0.1, 1.0, 3.0, 10.0, 40.0}) {
    // Simpson's error, (x / 2000)^4 / 180 of an integrand of order one.
    EXPECT_NEAR(top_hat_window(x), transform_of_sphere(x), 1e-8) << x;
  }
}

TEST(TopHatWindow, series_and_closed_form_meet) {
  // The series leaves out x^4 / 280 = 4e-11, the closed form rounds at 1e-10.
  EXPECT_NEAR(top_hat_window(0.01 * (1 - 1e-9)), top_hat_window(0.01 * (1 + 1e-9)), 2e-10);
}

TEST(TopHatWindow, vanishes_where_tan_x_is_x) {
  EXPECT_NEAR(top_hat_window(4.493409457909064), 0, 1e-14);
  EXPECT_GT(top_hat_window(4.4), 0);
  EXPECT_LT(top_hat_window(4.6), 0);
}

}  // namespace
}  // namespace nubox
