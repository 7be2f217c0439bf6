#include "nubox/core/error.hpp"
#include "nubox/field/box.hpp"
#include "nubox/field/complete_output.hpp"

#include "support/temporary_directory.hpp"

#include <fstream>

#include <gtest/gtest.h>

namespace nubox::field {
namespace {

class CompleteOutput : public testing::Test {
 protected:
  void write() {
    io::FieldHeader header;
    header.box_size_mpch = 20;
    header.n = 6;
    header.cosmology.Omega_m = 0.3175;
    header.cosmology.h = 0.6711;
    header.origin = "simulate";
    const par::SlabLayout layout(world_, header.n);
    write_box(path_, {header, LatticeField(layout, 3, header.box_size_mpch), std::nullopt})
        .finish();
  }
  [[nodiscard]] bool complete(const std::string& difference = "") const {
    return is_complete_output(
        world_, path_, [&](const io::FieldHeader&) { return difference; }, "test.out");
  }
  void replace_byte(std::streamoff position) const {
    world_.barrier();
    if (world_.is_root()) {
      std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(position);
      const char byte = static_cast<char>(file.get() ^ 1);
      file.seekp(position);
      file.put(byte);
    }
    world_.barrier();
  }
  par::Comm world_ = par::Comm::world();
  test::TemporaryDirectory folder_{world_};
  std::filesystem::path path_ = folder_ / "box.h5";
};

TEST_F(CompleteOutput, missing_file_is_incomplete_and_a_valid_one_of_the_same_run_complete) {
  EXPECT_FALSE(complete());
  write();
  EXPECT_TRUE(complete());
}

TEST_F(CompleteOutput, file_of_another_run_is_refused_with_the_difference) {
  write();
  try {
    (void)complete("its seed is 7");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_NE(std::string(error.what()).find("its seed is 7"), std::string::npos) << error.what();
  }
}

TEST_F(CompleteOutput, damaged_file_counts_as_missing) {
  write();
  world_.barrier();
  replace_byte(static_cast<std::streamoff>(std::filesystem::file_size(path_)) / 2);
  EXPECT_FALSE(complete());
}

}  // namespace
}  // namespace nubox::field
