#include "nubox/core/error.hpp"
#include "nubox/field/box.hpp"
#include "nubox/field/complete_output.hpp"

#include "field/particles.hpp"
#include "support/files.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace nubox::field {
namespace {

namespace fs = std::filesystem;

class CompleteOutput : public ::testing::Test {
 protected:
  void SetUp() override {
    constexpr std::size_t n = 8;
    io::FieldHeader header;
    header.box_size_mpch = 10;
    header.n = n;
    header.seed = 7;
    header.origin = "simulate";
    const par::SlabLayout layout(comm_, n);
    write_box(path_, {header, testing::random_displacement(layout, 10, 1.0), std::nullopt})
        .finish();
  }
  /// The question of a run with this seed.
  [[nodiscard]] bool complete_for(std::int64_t seed) const {
    return is_complete_output(
        comm_, path_, [&](const io::FieldHeader& header) { return header.seed == seed; },
        "simulate.out");
  }
  void change_on_root(const std::function<void()>& change) const {
    if (comm_.is_root()) change();
    comm_.barrier();
  }

  par::Comm comm_ = par::Comm::world();
  nubox::test::TemporaryDirectory directory_{comm_};
  fs::path path_ = directory_ / "box.h5";
};

TEST_F(CompleteOutput, is_a_sound_box_of_the_same_run) { EXPECT_TRUE(complete_for(7)); }

TEST_F(CompleteOutput, is_none_where_there_is_no_file) {
  change_on_root([&] { fs::remove(path_); });
  EXPECT_FALSE(complete_for(7));
}

TEST_F(CompleteOutput, is_none_where_a_value_of_the_box_is_damaged) {
  change_on_root([&] {
    std::string bytes = nubox::test::contents_of(path_);
    bytes[bytes.size() - 100] = static_cast<char>(bytes[bytes.size() - 100] ^ 1);
    nubox::test::overwrite(path_, bytes);
  });
  EXPECT_FALSE(complete_for(7));
}

TEST_F(CompleteOutput, is_none_where_the_file_is_cut_short) {
  change_on_root([&] { fs::resize_file(path_, fs::file_size(path_) / 2); });
  EXPECT_FALSE(complete_for(7));
}

TEST_F(CompleteOutput, of_another_run_is_refused_and_left_alone) {
  const std::string before = nubox::test::contents_of(path_);
  try {
    (void)complete_for(8);
    FAIL() << "seed 7 passes for seed 8";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_TRUE(error.agreed());
    const std::string text = error.what();
    EXPECT_NE(text.find(path_.string()), std::string::npos) << text;
    EXPECT_NE(text.find("--simulate.out"), std::string::npos) << text;
  }
  EXPECT_TRUE(nubox::test::contents_of(path_) == before);
}

}  // namespace
}  // namespace nubox::field
