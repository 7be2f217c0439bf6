#include "nubox/field/lattice_fourier.hpp"
#include "nubox/train/output_calibration.hpp"
#include "nubox/train/prior_calibration.hpp"

#include "train/pair_files.hpp"

#include <gtest/gtest.h>

namespace nubox::train {
namespace {

using prior::test::theories_of;

/// Calibration to one pair: a box with structure on all scales, and what a prior makes of it with a
/// gain.
class CalibrationTest : public testing::Test {
 protected:
  /// A massive twin that is the prediction of a prior, times the gain.
  [[nodiscard]] field::Box twin_by(prior::Kind kind, const prior::Gain& gain) const {
    return prior::apply(kind, massless_, theories_of(mass_eV), {}, gain);
  }
  [[nodiscard]] prior::Calibration calibrate(prior::Kind kind, const prior::Gain& gain) const {
    const Realisation pair =
        files_.write("pair", massless_, std::vector<field::Box>{twin_by(kind, gain)});
    return calibrate_prior(world_, kind, {}, twin_groups(world_, {pair}), {}, sim::test::tables());
  }
  void expect_gain(const prior::Calibration& calibration, const prior::Gain& gain,
                   double tolerance) const {
    EXPECT_EQ(calibration.k_hmpc, gain.k_hmpc);
    ASSERT_EQ(calibration.points.size(), 1U);
    const prior::CalibrationPoint& point = calibration.points.front();
    EXPECT_EQ(point.mesh_factor, 2U);
    EXPECT_EQ(point.M_nu_eV, mass_eV);
    EXPECT_DOUBLE_EQ(point.amplitude_ratio,
                     theories_of(mass_eV).amplitude_ratio(prior::RewindOptions{}.epoch_k_hmpc));
    ASSERT_EQ(point.gain.size(), gain.value.size());
    for (std::size_t j = 0; j < gain.value.size(); ++j) {
      EXPECT_NEAR(point.gain[j], gain.value[j], tolerance) << j;
    }
  }

  static constexpr double mass_eV = 0.15;
  const par::Comm world_ = par::Comm::world();
  const PairFiles files_{world_};
  const field::Box massless_ = prior::test::zeldovich_box(world_);
  const prior::Gain gain_{prior::gain_knots(prior::test::box_mpch, prior::test::n),
                          {1.01, 0.99, 1.02, 0.97}};
};

TEST_F(CalibrationTest, of_the_linear_filter_recovers_the_gain_of_the_twin) {
  expect_gain(calibrate(prior::Kind::linear, gain_), gain_,
              1e-5);  // displacements in single precision
}

TEST_F(CalibrationTest, of_the_rewind_recovers_undamped_momenta) {
  // The damping is fitted before the gain, and would take up part of one.
  const prior::Gain none{gain_.k_hmpc, {1, 1, 1, 1}};
  const prior::Calibration found = calibrate(prior::Kind::rewind, none);
  expect_gain(found, none, 1e-4);
  EXPECT_NEAR(found.points.front().velocity_damping, 1, 0.05);
}

TEST_F(CalibrationTest, of_the_output_makes_a_network_that_adds_nothing_follow_the_twin) {
  net::ModelCard card;
  card.architecture.channels = 2;
  card.features = {"d_x", "d_y", "d_z"};
  card.feature_scales.assign(3, 6.0);
  card.output_scale_mpch = 0.2;
  write_attributes(prior::RewindOptions{}, card.extra);
  // The last layers of an untrained network are zero: its output is the prior.
  const auto network = net::Evaluator::untrained(world_, card);
  const field::Box twin = twin_by(prior::Kind::linear, gain_);
  const Realisation pair = files_.write("pair", massless_, std::vector<field::Box>{twin});
  const auto read = [&](const Twins& twins) {
    EXPECT_EQ(twins.massive, pair.massive.front());
    const field::LatticeField prior =
        prior::apply(prior::Kind::linear, massless_, theories_of(mass_eV)).displacement;
    return TrainingPair{"pair", prior, prior, twin.displacement, {.theta = 1}, false};
  };
  expect_gain(
      calibrate_output(world_, network, twin_groups(world_, {pair}), {}, sim::test::tables(), read),
      gain_, 1e-3);
}

}  // namespace
}  // namespace nubox::train
