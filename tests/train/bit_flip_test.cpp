#include "nubox/core/rng.hpp"

#include "train/checkpoint.hpp"
#include "train/training_fixture.hpp"

#include <fstream>
#include <iterator>
#include <utility>

namespace nubox::train {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void overwrite(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

/// `count` copies of `good`, each with another bit flipped; the places spread over the whole file.
template <class Visit>
void for_each_flip(const std::string& good, std::size_t count, const Visit& visit) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto draw = rng::philox(7, {static_cast<std::uint32_t>(i), 0, 0, 0});
    const std::size_t byte = (i * good.size() + draw[0] % good.size()) / count;
    std::string bad = good;
    bad[byte] = static_cast<char>(bad[byte] ^ (1 << (draw[1] % 8)));
    visit(bad, byte);
  }
}

class BitFlip : public TrainingTest {};

TEST_F(BitFlip, anywhere_in_a_checkpoint_is_refused_and_the_one_before_is_used) {
  TrainOptions training = options("flips");
  for (int step = 0; step < 2; ++step) stop_after_a_step(comm_, training);
  Checkpoints checkpoints(comm_, training.out / "checkpoints", {});
  ASSERT_EQ(checkpoints.load("auto")->position.steps, 2U);
  for (const auto& [suffix, flips] : {std::pair{".h5", 120U}, std::pair{".xxh3", 16U}}) {
    const fs::path newest = training.out / "checkpoints" / (std::string("ckpt-000000002") + suffix);
    const std::string good = contents(newest);
    ASSERT_FALSE(good.empty());
    for_each_flip(good, flips, [&](const std::string& bad, std::size_t byte) {
      overwrite(newest, bad);
      const auto loaded = checkpoints.load("auto");
      ASSERT_TRUE(loaded) << newest << " byte " << byte;
      EXPECT_EQ(loaded->position.steps, 1U) << newest << " byte " << byte;
    });
    overwrite(newest, good);
  }
  EXPECT_EQ(checkpoints.load("auto")->position.steps, 2U);
}

TEST_F(BitFlip, anywhere_in_a_model_file_is_refused_or_changes_no_value) {
  TrainOptions training = options("model");
  training.epochs = 1;
  const fs::path path = train(comm_, training, make_card(), make_pairs(comm_)).model;
  const std::string good = contents(path);
  const io::TableFile expected = io::read_table_file(comm_, path, "nubox-model");
  std::size_t refused = 0;
  for_each_flip(good, 100, [&](const std::string& bad, std::size_t byte) {
    overwrite(path, bad);
    try {
      const io::TableFile found = io::read_table_file(comm_, path, "nubox-model");
      EXPECT_EQ(found.attributes, expected.attributes) << "byte " << byte;
      ASSERT_EQ(found.arrays.size(), expected.arrays.size());
      for (const auto& [name, array] : expected.arrays) {
        EXPECT_EQ(found.arrays.at(name).values, array.values) << name << ", byte " << byte;
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input) << "byte " << byte << ": " << error.what();
      ++refused;
    }
  });
  EXPECT_GT(refused, 50U) << "most of a model file are weights";
}

}  // namespace
}  // namespace nubox::train
