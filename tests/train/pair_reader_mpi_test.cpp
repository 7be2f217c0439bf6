#include "nubox/core/error.hpp"
#include "nubox/train/pair_reader.hpp"

#include "support/compare.hpp"
#include "support/files.hpp"
#include "train/pair_files.hpp"

#include <string>

#include <gtest/gtest.h>

namespace nubox::train {
namespace {

using prior::test::plane_wave;
using test::same_bits;

PairOptions options_of(prior::Kind kind) {
  return {
      .parameters = {}, .tables = sim::test::tables(), .prior = kind, .rewind = {}, .cache = {}};
}

class PairReaderTest : public testing::Test {
 protected:
  /// Expects check() to refuse a pair on all ranks with a text that contains `part`.
  void expect_refused(const field::Box& massless, const field::Box& massive,
                      const std::string& part) {
    const Realisation pair = files_.write("pair", massless, std::vector<field::Box>{massive});
    net::ModelCard card;
    PairReader reader(world_, options_of(prior::Kind::linear), card);
    const auto error = test::error_of([&] { reader.check(pair); });
    ASSERT_TRUE(error) << part;
    EXPECT_EQ(error->code(), ExitCode::input) << part;
    EXPECT_TRUE(error->agreed()) << part;
    EXPECT_NE(std::string(error->what()).find(part), std::string::npos) << error->what();
  }

  const par::Comm world_ = par::Comm::world();
  const PairFiles files_{world_};
  const field::Box massless_ = plane_wave(world_, 1);
};

TEST_F(PairReaderTest, records_masses_force_classes_prior_and_channels_of_the_boxes) {
  const Realisation pair = files_.write_twins("pair", massless_, std::vector<double>{0.15, 0.6});
  net::ModelCard card;
  PairReader reader(world_, options_of(prior::Kind::rewind), card);
  reader.check(pair);
  reader.check(pair);
  EXPECT_EQ(card.masses_eV, (std::vector<double>{0.15, 0.6}));
  EXPECT_EQ(card.force_classes, std::vector<std::size_t>{2});
  EXPECT_EQ(card.prior, prior::Kind::rewind);
  EXPECT_EQ(card.features, prior::local_feature_names(true));
  EXPECT_EQ(card.architecture.input_channels, card.features.size());
  EXPECT_EQ(card.data.n, massless_.header.n);
  EXPECT_EQ(card.data.box_size_mpch, massless_.header.box_size_mpch);
}

TEST_F(PairReaderTest, boxes_without_velocities_get_the_linear_filter_and_no_velocity_channels) {
  field::Box still = massless_;
  still.velocity.reset();
  const Realisation pair = files_.write_twins("still", still, std::vector<double>{0.15});
  const Realisation moving = files_.write_twins("moving", massless_, std::vector<double>{0.15});
  net::ModelCard card;
  PairReader reader(world_, options_of(prior::Kind::rewind), card);
  reader.check(pair);
  EXPECT_EQ(card.prior, prior::Kind::linear);
  EXPECT_EQ(card.features, prior::local_feature_names(false));
  // Once the boxes have velocities, all need them.
  net::ModelCard other;
  PairReader strict(world_, options_of(prior::Kind::rewind), other);
  strict.check(moving);
  const auto error = test::error_of([&] { strict.check(pair); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::input);
  EXPECT_TRUE(error->agreed());
}

TEST_F(PairReaderTest, boxes_that_are_no_pair_are_refused_on_all_ranks) {
  const field::Box twin = PairFiles::twin_of(massless_, 0.15);
  field::Box other = twin;
  other.header.seed += 1;
  expect_refused(massless_, other, "seed");
  other = twin;
  other.header.extra["phase_flip"] = std::int64_t{1};
  expect_refused(massless_, other, "phase_flip");
  expect_refused(massless_, massless_, "M_nu");
  expect_refused(twin, twin, "M_nu");
  other = twin;
  other.header.box_size_mpch *= 1.01;
  expect_refused(massless_, other, "box");
  field::Box foreign = massless_;
  foreign.header.cosmology.Omega_m += 0.01;
  expect_refused(foreign, twin, "Omega_m");
}

TEST_F(PairReaderTest, reads_prior_target_and_channels_of_each_mass) {
  const Realisation pair = files_.write_twins("pair", massless_, std::vector<double>{0.15, 0.6});
  net::ModelCard card;
  PairReader reader(world_, options_of(prior::Kind::none), card);
  reader.check(pair);
  std::vector<TrainingPair> pairs;
  reader.read(pair, true, pairs);
  ASSERT_EQ(pairs.size(), 2U);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const TrainingPair& read = pairs[i];
    const double mass_eV = card.masses_eV[i];
    EXPECT_EQ(read.name, "pair/" + pair.massive[i].stem().string());
    EXPECT_TRUE(read.validation);
    // The paper's cosmology: theta is the mass over 0.15 eV.
    EXPECT_NEAR(read.conditioning.theta, mass_eV / 0.15, 1e-12);
    EXPECT_EQ(read.conditioning.force, 0);
    EXPECT_EQ(read.features.components(), card.features.size());
    EXPECT_TRUE(same_bits(read.prior_mpch.values(), massless_.displacement.values()));
    EXPECT_TRUE(same_bits(read.target_mpch.values(),
                          PairFiles::twin_of(massless_, mass_eV).displacement.values()));
  }
}

TEST_F(PairReaderTest, fields_in_a_cache_have_the_bits_of_those_in_memory) {
  const Realisation pair = files_.write_twins("pair", massless_, std::vector<double>{0.15});
  const auto read = [&](const std::filesystem::path& cache, const auto& use) {
    net::ModelCard card;
    PairOptions options = options_of(prior::Kind::linear);
    options.cache = cache;
    PairReader reader(world_, options, card);
    reader.check(pair);
    std::vector<TrainingPair> pairs;
    reader.read(pair, false, pairs);
    use(pairs.front());
  };
  read({}, [&](const TrainingPair& plain) {
    read(files_.directory() / "", [&](const TrainingPair& cached) {
      EXPECT_TRUE(same_bits(cached.features.values(), plain.features.values()));
      EXPECT_TRUE(same_bits(cached.prior_mpch.values(), plain.prior_mpch.values()));
      EXPECT_TRUE(same_bits(cached.target_mpch.values(), plain.target_mpch.values()));
      EXPECT_FALSE(cached.validation);
    });
  });
}

}  // namespace
}  // namespace nubox::train
