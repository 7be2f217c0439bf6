#include "nubox/core/checksum.hpp"
#include "nubox/io/digest.hpp"

#include "support/files.hpp"
#include "support/temporary_directory.hpp"

#include <span>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

TEST(Digest, sizes_and_checksums_of_all_inputs_are_known_on_all_ranks) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  // Longer than one read, and of a length that no buffer divides.
  const std::string contents(20'000'003, 'x');
  std::vector<std::filesystem::path> inputs;
  for (int i = 0; i < 5; ++i) inputs.push_back(directory / ("input " + std::to_string(i)));
  if (world.is_root()) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      overwrite(inputs[i], i == 0 ? contents : std::string(i, 'y'));
    }
  }
  world.barrier();
  const io::InputDigests digests = io::digest_inputs(world, inputs);
  ASSERT_EQ(digests.size(), inputs.size());
  EXPECT_EQ(digests.at(inputs[0].string()).size_bytes, contents.size());
  EXPECT_EQ(digests.at(inputs[0].string()).checksum,
            checksum_text(checksum(std::as_bytes(std::span(contents)))));
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    EXPECT_EQ(digests.at(inputs[i].string()).size_bytes, i);
    EXPECT_EQ(digests.at(inputs[i].string()).checksum, io::digest_of(inputs[i]).checksum);
  }
}

TEST(Digest, a_missing_file_is_an_agreed_file_system_error) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const auto error = error_of([&] { (void)io::digest_inputs(world, {directory / "absent"}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::filesystem);
  EXPECT_TRUE(error->agreed());
}

}  // namespace
}  // namespace nubox::test
