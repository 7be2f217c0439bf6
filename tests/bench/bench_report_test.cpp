#include "nubox/bench/bench.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::bench {
namespace {

const std::vector<Row> rows{{"fft", "forward, 64^3", 0.5, "s", "one pass", 0.125},
                            {"stats", "everything", 3, "s"}};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(BenchReport, ratio_is_the_value_over_its_limit) { EXPECT_EQ(rows[0].ratio(), 4); }

TEST(BenchReport, table_has_a_heading_and_one_aligned_line_for_each_row) {
  const std::vector<std::string> lines = lines_of(table_text(rows));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines[1].starts_with("fft"));
  const std::size_t quantity = lines[0].find("quantity"), ratio = lines[0].find("ratio");
  EXPECT_EQ(lines[1].find("forward, 64^3"), quantity);
  EXPECT_EQ(lines[2].find("everything"), quantity);
  // The column of ratios is aligned to the right.
  EXPECT_EQ(lines[1].substr(ratio + 4, 1), "4");
  EXPECT_NE(lines[1].find("one pass (0.125)"), std::string::npos);
  // No limit: neither ratio nor limit.
  EXPECT_EQ(std::count(lines[2].begin(), lines[2].end(), '('), 0);
  EXPECT_EQ(lines[2].find_first_not_of(' ', lines[2].find(" s ") + 2), std::string::npos);
}

TEST(BenchReport, json_has_limit_and_ratio_only_where_there_is_a_limit) {
  const nlohmann::json entries = rows_json(rows);
  const nlohmann::json limited = {
      {"component", "fft"},  {"quantity", "forward, 64^3"}, {"value", 0.5}, {"unit", "s"},
      {"limit", "one pass"}, {"limit_value", 0.125},        {"ratio", 4.0}};
  const nlohmann::json plain = {
      {"component", "stats"}, {"quantity", "everything"}, {"value", 3.0}, {"unit", "s"}};
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0], limited);
  EXPECT_EQ(entries[1], plain);
  EXPECT_EQ(rows_json({}), nlohmann::json::array());
}

}  // namespace
}  // namespace nubox::bench
