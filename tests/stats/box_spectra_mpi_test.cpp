#include "nubox/stats/box_spectra.hpp"
#include "nubox/stats/power.hpp"

#include "stats/fields.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

TEST(Spectra, of_a_scaled_field_give_its_factor_and_a_correlation_of_one) {
  const par::Comm comm = par::Comm::world();
  const auto plan = fft::Plan::create(comm, 16);
  auto target = testing::white_noise(plan, 100.0, 3);
  target.to_modes();
  auto model = testing::white_noise(plan, 100.0, 3);
  model.to_modes();
  for (std::size_t i = 0; i < plan->buffer_floats(); ++i) model.data()[i] *= 0.5F;
  const BoxSpectra spectra = compare_boxes(model, target);
  ASSERT_EQ(spectra.transfer.size(), spectra_bins);
  const double nyquist_hmpc = 2 * units::pi / 100.0 * 8;  // 0.503 h/Mpc
  for (std::size_t b = 0; b < spectra_bins; ++b) {
    if (spectra_centres_hmpc()[b] < nyquist_hmpc) {
      EXPECT_NEAR(spectra.transfer[b], 0.5, 1e-12);
      EXPECT_NEAR(spectra.correlation[b], 1.0, 1e-12);
    } else {
      EXPECT_TRUE(std::isnan(spectra.transfer[b]));
    }
  }
  EXPECT_NEAR(spectra.error(), 0.5, 1e-12);
}

TEST(Spectra, transfer_and_correlation_follow_their_definitions) {
  EXPECT_DOUBLE_EQ(transfer_of(4.0, 16.0), 0.5);
  EXPECT_DOUBLE_EQ(correlation_of(4.0, 4.0, 16.0), 0.5);
  EXPECT_TRUE(std::isnan(transfer_of(-1.0, 2.0)));
}

}  // namespace
}  // namespace nubox::stats
