#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/stats/friends.hpp"

#include "stats/fields.hpp"
#include "stats/friends_naive.hpp"
#include "support/files.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

using Positions = std::vector<field::ParticlePosition>;

field::BoxFraction fraction(double x) {
  return static_cast<field::BoxFraction>(static_cast<std::int64_t>(std::floor(x * 0x1p32)));
}
field::ParticlePosition at(double x, double y, double z) {
  return {fraction(x), fraction(y), fraction(z)};
}

/// Which rank has a particle first.
using Share = std::function<int(std::size_t i, int ranks)>;
int in_turn(std::size_t i, int ranks) {
  return static_cast<int>(i % static_cast<std::size_t>(ranks));
}
int on_last(std::size_t, int ranks) { return ranks - 1; }

class Friends : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();

  /// Groups of particles that are distributed by `share`, put together again: for every particle
  /// the first one of its group.
  std::vector<std::size_t> found(double length, const Positions& positions, std::uint64_t least,
                                 const Share& share) {
    Positions own;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < positions.size(); ++i) {
      if (share(i, comm_.size()) != comm_.rank()) continue;
      own.push_back(positions[i]);
      places.push_back(i);
    }
    const Groups groups = find_groups(comm_, length, own, least);
    EXPECT_EQ(groups.group.size(), own.size());
    std::vector<std::uint64_t> numbers(positions.size(), 0);
    for (std::size_t i = 0; i < own.size(); ++i) numbers[places[i]] = groups.group[i];
    comm_.all_reduce(std::span<std::uint64_t>(numbers));
    std::map<std::uint64_t, std::size_t> first;
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (numbers[i] == Groups::none) {
        result.push_back(positions.size());
      } else {
        EXPECT_LT(numbers[i], groups.count);
        result.push_back(first.emplace(numbers[i], i).first->second);
      }
    }
    EXPECT_EQ(first.size(), groups.count);
    return result;
  }

  void expect_naive(double length, const Positions& positions, std::uint64_t least = 1) {
    const auto expected = testing::naive_groups(length, positions, least);
    EXPECT_EQ(found(length, positions, least, in_turn), expected) << length;
    EXPECT_EQ(found(length, positions, least, on_last), expected) << length;
  }

  static Positions uniform(std::size_t count, std::uint64_t seed) {
    Positions positions;
    for (std::size_t i = 0; i < count; ++i) {
      positions.push_back(at(testing::hashed(seed + i, 0), testing::hashed(seed + i, 1),
                             testing::hashed(seed + i, 2)));
    }
    return positions;
  }
  /// Gaussian clumps of several widths, some across the edges of the box.
  static Positions clustered(std::size_t count, std::size_t clumps, std::uint64_t seed) {
    Positions positions;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t clump = seed + i % clumps;
      const double width = 0.002 * static_cast<double>(1 + i % clumps % 7);
      const auto x = [&](std::uint64_t axis) {
        return testing::hashed(clump, axis) + width * testing::gaussian(3 * (seed + i) + axis);
      };
      positions.push_back(at(x(3), x(4), i % clumps == 0 ? width * testing::gaussian(i) : x(5)));
    }
    return positions;
  }
};

TEST_F(Friends, of_uniform_particles_are_those_of_all_pairs) {
  const Positions positions = uniform(500, 1000);
  const double spacing = 1 / std::cbrt(500.0);
  for (const double b : {0.01, 0.2, 0.5, 0.8, 0.95, 1.1}) expect_naive(b * spacing, positions);
}

TEST_F(Friends, of_long_linking_lengths_are_those_of_all_pairs) {
  const Positions positions = uniform(9, 77);
  for (const double length : {0.11, 0.15, 0.19, 0.2, 0.23, 0.25, 0.3, 0.35, 0.4, 0.45, 0.499}) {
    expect_naive(length, positions);
  }
}

TEST_F(Friends, of_clusters_are_those_of_all_pairs) {
  for (const std::size_t clumps : {3U, 17U, 60U}) {
    const Positions positions = clustered(900, clumps, 31 * clumps);
    for (const double length : {0.0005, 0.002, 0.006, 0.02, 0.07}) {
      expect_naive(length, positions);
      expect_naive(length, positions, 20);
    }
  }
}

TEST_F(Friends, at_the_linking_length_exactly_are_friends_and_beyond_it_are_not) {
  const double length = 3 * 0x1p-8;
  const Positions positions{at(0.5, 0.5, 0.5), at(0.5 + length, 0.5, 0.5),
                            at(0.5 + 2 * length + 0x1p-31, 0.5, 0.5)};
  EXPECT_EQ(found(length, positions, 1, in_turn), (std::vector<std::size_t>{0, 0, 2}));
}

TEST_F(Friends, across_edges_and_corners_of_the_box_are_found) {
  expect_naive(0.01,
               {at(0.999, 0.5, 0.5), at(0.001, 0.5, 0.5), at(0.2, 0.999, 0.2), at(0.2, 0, 0.2),
                at(0.3, 0.3, 0.9999), at(0.3, 0.3, 0.0), at(0, 0, 0), at(0.9999, 0.9999, 0.9999)});
  // A particle at L is one at 0.
  EXPECT_EQ(found(0.01, {at(1.0, 1.0, 1.0), at(0, 0, 0)}, 2, in_turn),
            (std::vector<std::size_t>{0, 0}));
}

TEST_F(Friends, in_a_thread_through_all_ranks_and_around_the_box_are_one_group) {
  Positions positions;
  // Three turns around x, which climb in y and meet in z at the end.
  for (std::size_t i = 0; i < 600; ++i) {
    const double s = static_cast<double>(i) / 200;
    positions.push_back(at(s, 0.2 + 0.1 * s, 0.7));
  }
  expect_naive(0.0055, positions, 600);
  positions.erase(positions.begin() + 300);
  expect_naive(0.0055, positions, 20);
}

TEST_F(Friends, with_equal_positions_are_one_group) {
  Positions positions(700, at(0.25, 1.0 / 3, 0.9));
  positions.push_back(at(0.26, 1.0 / 3, 0.9));
  const auto groups = found(0.005, positions, 20, in_turn);
  for (std::size_t i = 0; i < 700; ++i) ASSERT_EQ(groups[i], 0U);
  EXPECT_EQ(groups[700], positions.size());
}

TEST_F(Friends, of_no_particles_or_too_few_are_no_groups) {
  EXPECT_EQ(find_groups(comm_, 0.1, {}, 1).count, 0U);
  EXPECT_EQ(find_groups(comm_, 0.1, {at(0.1, 0.2, 0.3)}, 20).count, 0U);
}

TEST_F(Friends, of_linking_lengths_out_of_range_are_refused) {
  for (const double length : {0.0, -0.1, 0.5, 2.0, std::nan("")}) {
    const auto error = test::error_of([&] { (void)find_groups(comm_, length, {}, 1); });
    ASSERT_TRUE(error.has_value()) << length;
    EXPECT_TRUE(error->agreed());
    EXPECT_EQ(error->code(), ExitCode::usage);
  }
}

}  // namespace
}  // namespace nubox::stats
