#include "nubox/core/error.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/par/slab.hpp"

#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::par {
namespace {

constexpr std::size_t chunks[] = {1, 3, default_chunk_elements};

std::vector<float> filled(std::size_t count, std::size_t value) {
  return std::vector<float>(count, static_cast<float>(value));
}

TEST(AsyncBlocks, two_exchanges_at_once_deliver_unequal_blocks_also_if_split) {
  for (const std::size_t chunk : chunks) {
    Comm world = Comm::world();
    world.set_chunk_elements(chunk);
    const auto size = static_cast<std::size_t>(world.size());
    const auto rank = static_cast<std::size_t>(world.rank());
    // Rank r sends r + 2 d values 1000 r + d to rank d.
    std::vector<float> send, expected;
    std::vector<std::size_t> send_counts, received_counts;
    for (std::size_t other = 0; other < size; ++other) {
      send_counts.push_back(rank + 2 * other);
      received_counts.push_back(other + 2 * rank);
      const auto out = filled(send_counts.back(), 1000 * rank + other);
      const auto in = filled(received_counts.back(), 1000 * other + rank);
      send.insert(send.end(), out.begin(), out.end());
      expected.insert(expected.end(), in.begin(), in.end());
    }
    const std::vector<float> send_again(send.size(), -1);
    std::vector<float> received(expected.size()), again(expected.size());
    AsyncBlocks first(world, send, send_counts, received, received_counts);
    AsyncBlocks second(world, send_again, send_counts, again, received_counts);
    EXPECT_EQ(world.all_reduce(1), world.size());
    second.wait();
    first.wait();
    EXPECT_EQ(received, expected);
    EXPECT_EQ(again, std::vector<float>(expected.size(), -1));
  }
}

TEST(AsyncBlocks, counts_that_do_not_match_the_buffers_are_refused) {
  const Comm world = Comm::world();
  const std::vector<std::size_t> counts(static_cast<std::size_t>(world.size()), 1);
  std::vector<float> buffer(counts.size());
  const std::vector<float> longer(counts.size() + 1);
  EXPECT_THROW(AsyncBlocks(world, longer, counts, buffer, counts), InternalError);
}

TEST(AsyncSums, split_sums_equal_whole_ones) {
  for (const std::size_t chunk : chunks) {
    Comm world = Comm::world();
    world.set_chunk_elements(chunk);
    std::vector<float> values;
    for (std::size_t i = 0; i < 8; ++i) values.push_back(static_cast<float>(i));
    std::vector<float> expected = values;
    for (float& value : expected) value *= static_cast<float>(world.size());
    AsyncSums sums(world);
    sums.start(values);
    sums.progress();
    sums.wait_all();
    EXPECT_EQ(values, expected);
  }
}

TEST(AllGather, concatenates_different_lengths_also_if_split) {
  for (const std::size_t chunk : chunks) {
    Comm world = Comm::world();
    world.set_chunk_elements(chunk);
    std::vector<double> expected;
    for (int r = 0; r < world.size(); ++r) {
      expected.insert(expected.end(), static_cast<std::size_t>(3 * r), r);
    }
    const std::vector<double> mine(static_cast<std::size_t>(3 * world.rank()), world.rank());
    EXPECT_EQ(world.all_gather(std::span<const double>(mine)), expected);
  }
}

TEST(Comm, a_layout_keeps_its_communicator_after_the_handle_is_gone) {
  std::optional<SlabLayout> layout;
  {
    const Comm world = Comm::world();
    layout.emplace(world, 8);
  }
  const SlabLayout copy = *layout;
  layout.reset();
  EXPECT_EQ(copy.comm().all_reduce(1), copy.comm().size());
}

}  // namespace
}  // namespace nubox::par
