#include "nubox/core/rng.hpp"
#include "nubox/net/torch/emulator.hpp"

#include "train/training_checkpoint.hpp"
#include "train/training_fixture.hpp"

#include <fstream>
#include <iterator>

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

/// `count` copies of `good`, each with a different flipped bit, spread over the whole file.
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
  ASSERT_EQ(checkpoints.load(Resume::newest)->position.steps, 2U);
  const fs::path newest = training.out / "checkpoints" / "ckpt-000000002.h5";
  const std::string good = contents(newest);
  for_each_flip(good, 120, [&](const std::string& bad, std::size_t byte) {
    overwrite(newest, bad);
    const auto loaded = checkpoints.load(Resume::newest);
    ASSERT_TRUE(loaded) << "byte " << byte;
    EXPECT_EQ(loaded->position.steps, 1U) << "byte " << byte;
  });
  overwrite(newest, good);
  EXPECT_EQ(checkpoints.load(Resume::newest)->position.steps, 2U);
}

TEST_F(BitFlip, anywhere_in_a_model_file_is_refused) {
  TrainOptions training = options("model");
  training.epochs = 1;
  const fs::path path = train(comm_, training, make_card(), make_pairs(comm_)).model;
  const std::string good = contents(path);
  for_each_flip(good, 120, [&](const std::string& bad, std::size_t byte) {
    overwrite(path, bad);
    try {
      (void)net::load_model(comm_, path);
      ADD_FAILURE() << "byte " << byte;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input) << "byte " << byte << ": " << error.what();
    }
  });
  overwrite(path, good);
  EXPECT_NO_THROW((void)net::load_model(comm_, path));
}

}  // namespace
}  // namespace nubox::train
