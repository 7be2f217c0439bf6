#include "nubox/par/gather_texts.hpp"

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

TEST(GatherTexts, texts_of_any_length_arrive_in_rank_order) {
  const auto world = par::Comm::world();
  // Rank 0 has no text, rank r has r letters.
  const auto text_of = [](int rank) { return std::string(static_cast<std::size_t>(rank), 'x'); };
  const auto texts = par::gather_texts(world, text_of(world.rank()));
  ASSERT_EQ(texts.size(), static_cast<std::size_t>(world.size()));
  for (int rank = 0; rank < world.size(); ++rank) {
    EXPECT_EQ(texts[static_cast<std::size_t>(rank)], text_of(rank));
  }
}

}  // namespace
}  // namespace nubox::test
