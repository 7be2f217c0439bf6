#pragma once

#include "nubox/core/error.hpp"
#include "nubox/io/table_file.hpp"
#include "nubox/train/trainer.hpp"

#include "train/small_pairs.hpp"

#include <filesystem>
#include <unistd.h>

#include <gtest/gtest.h>

namespace nubox::train {

/// A directory of this test, the same on all ranks, removed at the end.
class TrainingTest : public testing::Test {
 protected:
  TrainingTest() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    out_ = comm_.broadcast((std::filesystem::temp_directory_path() /
                            fmt::format("nubox-{}-{}", info->name(), getpid()))
                               .string());
  }
  ~TrainingTest() override {
    comm_.barrier();
    if (comm_.is_root()) std::filesystem::remove_all(out_);
  }

  TrainOptions options(const std::string& run) {
    TrainOptions options;
    options.tile = 6;
    options.epochs = 2;
    options.batch = 3;  // eight crops: the last batch is smaller; on three ranks one sample each
    options.micro_batch = 2;
    options.learning_rate = 5e-3;
    options.out = out_ / run;
    return options;
  }

  /// One run of a training that writes a checkpoint and stops after every step.
  static TrainReport train_a_step(const par::Comm& comm, const TrainOptions& options,
                                  const net::ModelCard& card) {
    par::StepControl control(comm, {.wall_clock_minutes = 1e-9});
    return train(comm, options, card, make_pairs(comm), &control);
  }

  /// Such a run, expected to stop before the end.
  static void stop_after_a_step(const par::Comm& comm, const TrainOptions& options,
                                const net::ModelCard& card = make_card()) {
    EXPECT_THROW((void)train_a_step(comm, options, card), Error);
  }

  /// Starts again until the training is done; returns the number of starts.
  static int train_with_stops(const par::Comm& comm, const TrainOptions& options,
                              const net::ModelCard& card) {
    for (int starts = 1; starts < 100; ++starts) {
      try {
        (void)train_a_step(comm, options, card);
        return starts;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::stopped) << error.what();
        EXPECT_TRUE(error.agreed());
        if (error.code() != ExitCode::stopped) return 0;
      }
    }
    return 0;
  }

  void expect_same_weights(const std::filesystem::path& a, const std::filesystem::path& b) {
    const auto first = io::read_table_file(comm_, a, "nubox-model");
    const auto second = io::read_table_file(comm_, b, "nubox-model");
    ASSERT_EQ(first.arrays.size(), second.arrays.size());
    for (const auto& [name, array] : first.arrays) {
      EXPECT_EQ(array.values, second.arrays.at(name).values) << name;
    }
  }

  par::Comm comm_ = par::Comm::world();
  std::filesystem::path out_;
};

}  // namespace nubox::train
