#include "nubox/par/agree.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/par/slab.hpp"

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::par {
namespace {

TEST(SlabLayout, assigns_every_plane_to_exactly_one_rank) {
  const Comm world = Comm::world();
  for (const std::size_t n : {1, 2, 3, 4, 7, 8, 64}) {
    const SlabLayout layout(world, n);
    std::vector<int> seen(n, 0);
    for (int r = 0; r < world.size(); ++r) {
      const Slab slab = layout.slab_of(r);
      for (std::size_t plane = slab.start; plane < slab.end(); ++plane) {
        ++seen[plane];
        EXPECT_EQ(layout.owner(plane), r);
      }
    }
    EXPECT_EQ(seen, std::vector<int>(n, 1));
    EXPECT_EQ(layout.local(), layout.slab_of(world.rank()));
  }
}

TEST(AllToAll, delivers_unequal_blocks_also_if_split) {
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{3}, default_chunk_elements}) {
    Comm world = Comm::world();
    world.set_chunk_elements(chunk);
    const auto size = static_cast<std::size_t>(world.size());
    const auto rank = static_cast<std::size_t>(world.rank());
    // Rank r sends r + 2 d values 1000 r + d to rank d.
    std::vector<int> send;
    std::vector<std::size_t> counts(size);
    for (std::size_t d = 0; d < size; ++d) {
      counts[d] = rank + 2 * d;
      send.insert(send.end(), counts[d], static_cast<int>(1000 * rank + d));
    }
    std::vector<std::size_t> received_counts;
    const std::vector<int> received = world.all_to_all(send, counts, &received_counts);
    std::vector<int> expected;
    for (std::size_t s = 0; s < size; ++s) {
      EXPECT_EQ(received_counts[s], s + 2 * rank);
      expected.insert(expected.end(), s + 2 * rank, static_cast<int>(1000 * s + rank));
    }
    EXPECT_EQ(received, expected);
  }
}

TEST(Sendrecv, exchanges_with_one_partner_also_if_split) {
  for (const std::size_t chunk : {std::size_t{3}, default_chunk_elements}) {
    Comm world = Comm::world();
    world.set_chunk_elements(chunk);
    // The first and the last rank; those between take no part.
    const int partner = world.size() - 1 - world.rank();
    if (world.rank() != 0 && partner != 0) continue;
    const std::vector<int> mine(7, 10 + world.rank());
    std::vector<int> theirs(7);
    world.sendrecv<int>(partner, mine, theirs);
    EXPECT_EQ(theirs, std::vector<int>(7, 10 + partner));
  }
}

TEST(AllGather, concatenates_different_lengths) {
  const Comm world = Comm::world();
  const std::vector<double> mine(static_cast<std::size_t>(world.rank()), world.rank());
  std::vector<double> expected;
  for (int r = 0; r < world.size(); ++r)
    expected.insert(expected.end(), static_cast<std::size_t>(r), r);
  EXPECT_EQ(world.all_gather(std::span<const double>(mine)), expected);
}

TEST(AllReduce, split_sums_equal_whole_ones) {
  Comm world = Comm::world();
  world.set_chunk_elements(2);
  std::vector<std::int64_t> values{1, 10, 100, 1000, 10000};
  world.all_reduce(std::span<std::int64_t>(values));
  for (std::int64_t expected = world.size(); const std::int64_t value : values) {
    EXPECT_EQ(value, expected);
    expected *= 10;
  }
}

TEST(Broadcast, sends_text_of_another_rank) {
  const Comm world = Comm::world();
  const int last = world.size() - 1;
  EXPECT_EQ(world.broadcast(world.rank() == last ? "from the last" : "mine", last),
            "from the last");
}

TEST(Agree, throws_the_same_error_on_all_ranks_if_one_fails) {
  const Comm world = Comm::world();
  const int failing = world.size() - 1;
  try {
    agree(world, [&] {
      if (world.rank() == failing) throw InputError("bad value on {}", world.rank());
    });
    FAIL() << "nothing thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_EQ(std::string(error.what()), "bad value on " + std::to_string(failing));
    EXPECT_EQ(error.origin_rank(), failing);
  }
}

TEST(Agree, returns_the_value_if_none_fails) {
  const Comm world = Comm::world();
  EXPECT_EQ(agree(world, [&] { return world.rank() + 1; }), world.rank() + 1);
}

TEST(Agree, turns_other_exceptions_into_internal_errors) {
  const Comm world = Comm::world();
  try {
    agree(world, [] { throw std::runtime_error("surprise"); });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::internal);
  }
}

TEST(AsyncBlocks, deliver_the_same_as_all_to_all) {
  const Comm world = Comm::world();
  const auto ranks = static_cast<std::size_t>(world.size());
  const auto self = static_cast<std::size_t>(world.rank());
  // Rank r sends (r + s) % 3 numbers to rank s.
  std::vector<float> send;
  std::vector<std::size_t> send_counts(ranks), counts(ranks);
  for (std::size_t r = 0; r < ranks; ++r) {
    send_counts[r] = counts[r] = (self + r) % 3;
    send.resize(send.size() + send_counts[r], static_cast<float>(10 * self + r));
  }
  std::vector<std::size_t> expected_counts;
  const auto expected = world.all_to_all(send, send_counts, &expected_counts);
  EXPECT_EQ(counts, expected_counts);
  std::vector<float> received(expected.size());
  AsyncBlocks blocks(world, send, send_counts, received, counts);
  std::vector<float> unused(expected.size());
  { const AsyncBlocks left(world, send, send_counts, unused, counts); }
  blocks.wait();
  EXPECT_EQ(received, expected);
}

TEST(AsyncSums, add_over_ranks_in_the_order_started) {
  const Comm world = Comm::world();
  std::vector<float> a(1000, 1.0f), b(3, 2.0f);
  AsyncSums sums(world);
  sums.start(a);
  sums.progress();
  sums.start(b);
  sums.wait_all();
  EXPECT_EQ(a.back(), static_cast<float>(world.size()));
  EXPECT_EQ(b.front(), 2.0f * static_cast<float>(world.size()));
}

TEST(Comm, split_keeps_the_order_of_keys) {
  const Comm world = Comm::world();
  const Comm reversed = world.split(0, -world.rank());
  EXPECT_EQ(reversed.rank(), world.size() - 1 - world.rank());
  EXPECT_EQ(Comm::self().size(), 1);
}

}  // namespace
}  // namespace nubox::par
