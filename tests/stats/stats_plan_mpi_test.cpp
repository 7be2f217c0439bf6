#include "nubox/core/error.hpp"
#include "nubox/par/memory_limits.hpp"
#include "nubox/stats/stats_plan.hpp"

#include "stats/suite.hpp"
#include "support/temporary_directory.hpp"

#include <fstream>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

using Paths = std::vector<std::filesystem::path>;

class StatsPlanned : public testing::Measuring {
 protected:
  StatsPlanned() : directory_(comm_) {}

  std::filesystem::path write_box(const std::string& name, std::uint64_t seed) {
    field::Box box = *tracers(seed).lattice();
    for (float& x : box.displacement.values()) x -= 50.0F;  // minimum images, as in files
    field::write_box(directory_ / name, box).finish();
    return directory_ / name;
  }

  test::TemporaryDirectory directory_;
};

TEST(StatsPlan, one_pair_has_the_given_file_name_and_realisations_get_numbers) {
  const StatsPlan one = plan_pairs({"a.h5"}, {}, "out/stats.h5");
  ASSERT_EQ(one.pairs.size(), 1U);
  EXPECT_EQ(one.pairs[0].out, "out/stats.h5");
  EXPECT_EQ(one.pairs[0].partial(), "out/stats.h5.partial");
  EXPECT_FALSE(one.pairs[0].has_target());

  StatsPlan two = plan_pairs({"a.h5", "b.h5"}, {"c.h5", "d.h5"}, "out/stats.h5");
  two.independent = {"e.h5"};
  ASSERT_EQ(two.pairs.size(), 2U);
  EXPECT_EQ(two.pairs[1].out, "out/stats-2.h5");
  EXPECT_EQ(two.out, "out/stats.h5");
  EXPECT_EQ(two.inputs(), (Paths{"a.h5", "c.h5", "e.h5", "b.h5", "d.h5", "e.h5"}));
  EXPECT_EQ(two.inputs_of(two.pairs[1]), (Paths{"b.h5", "d.h5", "e.h5"}));
}

TEST(StatsPlan, lists_of_different_lengths_are_refused) {
  EXPECT_THROW((void)plan_pairs({"a.h5", "b.h5"}, {"c.h5"}, "stats.h5"), UsageError);
}

TEST(StatsPlan, digest_names_size_and_checksum_of_every_input_in_order) {
  const io::InputDigests digests{{"a", {.size_bytes = 3, .checksum = "x"}},
                                 {"b", {.size_bytes = 5, .checksum = "y"}}};
  EXPECT_EQ(digest_text(digests, {"b", "a"}), "5:y 3:x");
}

TEST_F(StatsPlanned, required_memory_is_that_of_the_boxes_in_the_headers) {
  const StatsPair pair{write_box("a.h5", 1), write_box("b.h5", 2), directory_ / "stats.h5"};
  const PairSummary summary = summarize_pair(comm_, pair);
  ASSERT_TRUE(summary.target.has_value());
  EXPECT_EQ(summary.in.particles, testing::lattice_n * testing::lattice_n * testing::lattice_n);
  EXPECT_TRUE(summary.in.has_velocity);
  EXPECT_EQ(summary.in.nu_mesh_n, 0U);
  const auto statistics = statistics_of({.statistics = {"power"}, .has_target = true});
  Sizes sizes;
  sizes.mesh_n = 24;
  sizes.box_size_mpch = testing::box_mpch;
  sizes.particles = 12.0 * 12 * 12;
  sizes.ranks = comm_.size();
  sizes.target = true;
  sizes.mesh_bytes = mesh_bytes(24, comm_.size());
  EXPECT_EQ(required_bytes(comm_, pair, summary, 24, statistics),
            static_cast<std::uint64_t>(predicted_bytes(sizes, 2, statistics)));
  EXPECT_EQ(required_bytes(comm_, pair, summary, 0, statistics),
            required_bytes(comm_, pair, summary, testing::lattice_n, statistics));
}

TEST_F(StatsPlanned, cost_is_that_of_all_pairs_and_memory_that_of_the_largest) {
  const StatsPair pair{write_box("a.h5", 1), write_box("b.h5", 2), directory_ / "stats.h5"};
  const auto statistics = statistics_of({.statistics = {"power"}, .has_target = true});
  StatsPlan plan{.pairs = {pair}, .independent = {}, .out = pair.out};
  const RunCost one = stats_cost(comm_, plan, 24, statistics);
  EXPECT_GT(one.core_seconds, 0);
  EXPECT_EQ(one.rank_bytes,
            required_bytes(comm_, pair, summarize_pair(comm_, pair), 24, statistics) +
                par::library_buffer_bytes);
  plan.pairs.push_back(pair);
  const RunCost two = stats_cost(comm_, plan, 24, statistics);
  EXPECT_DOUBLE_EQ(two.core_seconds, 2 * one.core_seconds);
  EXPECT_EQ(two.rank_bytes, one.rank_bytes);
}

TEST_F(StatsPlanned, boxes_that_differ_are_refused_before_they_are_read) {
  const StatsPair pair{write_box("a.h5", 1), write_box("b.h5", 2), directory_ / "stats.h5"};
  PairSummary summary = summarize_pair(comm_, pair);
  summary.target->header.box_size_mpch *= 2;
  try {
    (void)required_bytes(comm_, pair, summary, 0, {});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_TRUE(error.agreed());
  }
}

TEST_F(StatsPlanned, groups_of_an_earlier_file_are_found_and_another_file_is_ignored) {
  StatsOptions options = only({"power", "pdf"});
  options.pdf.radii_mpch = {20};
  options.settings_checksums = {{"power", "a"}, {"pdf", "b"}};
  const auto statistics = statistics_of(options);
  const StatsPair pair{"a.h5", "", directory_ / "stats.h5"};
  EXPECT_TRUE(earlier_table(comm_, pair, statistics, "inputs").group_attributes.empty());

  io::TableFile table = measure(tracers(1), nullptr, options).table;
  table.format = "nubox-stats";
  EXPECT_TRUE(has_all(table, statistics));
  io::write_table_file(comm_, pair.out, table);
  EXPECT_TRUE(has_all(earlier_table(comm_, pair, statistics, "inputs"), statistics));
  EXPECT_FALSE(has_all(earlier_table(comm_, pair, statistics, "others"), statistics));

  if (comm_.is_root()) std::ofstream(pair.out) << "no HDF5";
  comm_.barrier();
  const io::TableFile none = earlier_table(comm_, pair, statistics, "inputs");
  EXPECT_TRUE(none.group_attributes.empty());
  EXPECT_EQ(none.format, "nubox-stats");
}

}  // namespace
}  // namespace nubox::stats
