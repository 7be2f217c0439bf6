#include "nubox/field/exchange_plan.hpp"
#include "nubox/par/slab.hpp"

#include <gtest/gtest.h>

namespace nubox::field {
namespace {

/// Every rank needs every third plane from its rank on, with plane + 1 values each; rank 1 twice.
std::vector<NeededPlane> needed_by(const par::SlabLayout& layout, int rank) {
  std::vector<NeededPlane> list;
  for (int pass = 0; pass < (rank == 1 ? 2 : 1); ++pass) {
    for (std::size_t x = static_cast<std::size_t>(rank); x < layout.n(); x += 3) {
      list.push_back({x, layout.owner(x), x + 1});
    }
  }
  return list;
}

TEST(ExchangePlan, every_needed_plane_of_another_rank_arrives_at_the_position_of_the_plan) {
  const auto comm = par::Comm::world();
  constexpr std::size_t n = 11;
  const par::SlabLayout layout(comm, n);
  const ExchangePlan plan(comm, [&](int rank) { return needed_by(layout, rank); });

  std::vector<std::size_t> send(plan.send_size(), n);
  for (const ExchangePlan::Sent& sent : plan.sent()) {
    ASSERT_TRUE(layout.local().contains(sent.plane));
    ASSERT_NE(sent.receiver, comm.rank());
    EXPECT_EQ(needed_by(layout, sent.receiver).at(sent.item).plane, sent.plane);
    for (std::size_t i = 0; i <= sent.plane; ++i) send.at(sent.start + i) = sent.plane;
  }
  for (const std::size_t value : send) EXPECT_LT(value, n) << "a gap in the send buffer";
  std::vector<std::size_t> received(plan.receive_size(), n);
  comm.all_to_all<std::size_t>(send, plan.send_counts(), received, plan.receive_counts());

  std::size_t arrived = 0;
  const auto own_list = needed_by(layout, comm.rank());
  for (std::size_t item = 0; item < own_list.size(); ++item) {
    const NeededPlane& needed = own_list[item];
    if (needed.owner == comm.rank()) continue;
    for (std::size_t i = 0; i < needed.values; ++i) {
      EXPECT_EQ(received.at(plan.received_at(item) + i), needed.plane) << "item " << item;
    }
    arrived += needed.values;
  }
  EXPECT_EQ(arrived, plan.receive_size());
}

TEST(ExchangePlan, planes_that_a_rank_owns_are_not_sent) {
  const auto comm = par::Comm::world();
  const ExchangePlan plan(comm, [](int rank) {
    return std::vector<NeededPlane>{{0, rank, 5}, {1, rank, 5}};
  });
  EXPECT_EQ(plan.send_size(), 0U);
  EXPECT_EQ(plan.receive_size(), 0U);
  EXPECT_TRUE(plan.sent().empty());
}

}  // namespace
}  // namespace nubox::field
