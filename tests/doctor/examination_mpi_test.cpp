#include "nubox/core/error.hpp"
#include "nubox/doctor/check.hpp"
#include "nubox/doctor/examination.hpp"

#include "support/temporary_directory.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include <gtest/gtest.h>

namespace nubox::doctor {
namespace {

Check check_named(const std::string& name) {
  for (const Check& check : machine_checks()) {
    if (check.name == name) return check;
  }
  throw InternalError("no check '{}'", name);
}

/// Lines as the checks of a sick machine make them: all well, a warning, two failures.
std::vector<Line> sick_machine() {
  return {{check_named("mpi"), plain("latency", 2, "us")},
          {check_named("binding"), at_most("threads per CPU", 2, "", 1, Verdict::warn)},
          {check_named("fft"), at_most("round trip", 0.5, "", 1e-6, Verdict::fail, "rank 1")},
          {check_named("hdf5"), at_least("speed", 0.01, "", 0.05, Verdict::fail)}};
}

TEST(Checks, have_names_of_their_own_and_codes_of_failures) {
  std::set<std::string> names;
  for (const Check& check : machine_checks()) {
    EXPECT_TRUE(names.insert(check.name).second) << check.name;
    EXPECT_NE(check.code, ExitCode::ok) << check.name;
    EXPECT_NE(check.examine, nullptr) << check.name;
  }
}

TEST(Examination, of_values_finds_nothing_wrong_here_and_runs_what_was_asked_for_alone) {
  const par::Comm world = par::Comm::world();
  const nubox::test::TemporaryDirectory directory(world);
  const Options options{.n = 16, .directory = directory / "scratch", .simulation = {}};
  const std::vector<Line> lines =
      examine(world, options, {check_named("hdf5"), check_named("fft")}, false);
  std::set<std::string> checks;
  for (const Line& line : lines) {
    checks.insert(line.check.name);
    // Speeds are a matter of the machine and give warnings only.
    EXPECT_NE(line.finding.verdict, Verdict::fail) << line.finding.quantity;
  }
  EXPECT_EQ(checks, (std::set<std::string>{"fft", "hdf5"}));
  EXPECT_TRUE(examine(world, options, {}, false).empty());
  EXPECT_NO_THROW(require_health(world, lines));
}

TEST(Examination, takes_a_check_that_ends_in_an_agreed_error_for_a_failure) {
  const par::Comm world = par::Comm::world();
  const Options options{.n = 16, .directory = "/dev/null/no-directory", .simulation = {}};
  const std::vector<Line> lines = examine(world, options, {check_named("hdf5")}, false);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].finding.quantity, "the check itself");
  EXPECT_EQ(lines[0].finding.verdict, Verdict::fail);
  EXPECT_NE(lines[0].finding.note.find("/dev/null"), std::string::npos) << lines[0].finding.note;
}

TEST(RequireHealth, accepts_warnings) {
  std::vector<Line> lines = sick_machine();
  lines.resize(2);
  EXPECT_NO_THROW(require_health(par::Comm::world(), lines));
}

TEST(RequireHealth, ends_with_the_code_of_the_first_failure_and_the_text_of_all) {
  try {
    require_health(par::Comm::world(), sick_machine());
    FAIL() << "a wrong transform is accepted";
  } catch (const Error& error) {
    EXPECT_TRUE(error.agreed());
    EXPECT_EQ(error.code(), check_named("fft").code);
    const std::string text = error.what();
    for (const char* part :
         {"fft: round trip 0.5 (must be <= 1e-06), rank 1", "hdf5: speed 0.01 (must be >= 0.05)"}) {
      EXPECT_NE(text.find(part), std::string::npos) << text;
    }
    EXPECT_EQ(text.find("binding"), std::string::npos) << text;
  }
}

TEST(Table, has_a_line_for_every_finding) {
  const std::string text = table_text(sick_machine());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5);
  EXPECT_NE(text.find("FAIL"), std::string::npos);
  EXPECT_NE(text.find("warn"), std::string::npos);
}

TEST(Rows, are_valid_json_with_the_limit_under_its_sense) {
  std::vector<Line> lines = sick_machine();
  lines.push_back({check_named("fft"), at_most("norm", std::numeric_limits<double>::quiet_NaN(), "",
                                               1, Verdict::fail)});
  const auto rows = nlohmann::json::parse(rows_json(lines).dump());
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[0]["check"], "mpi");
  EXPECT_EQ(rows[0]["value"], 2);
  EXPECT_EQ(rows[0]["unit"], "us");
  EXPECT_FALSE(rows[0].contains("at_most"));
  EXPECT_EQ(rows[2]["at_most"], 1e-6);
  EXPECT_EQ(rows[2]["verdict"], "FAIL");
  EXPECT_EQ(rows[3]["at_least"], 0.05);
  EXPECT_TRUE(rows[4]["value"].is_null()) << "JSON has no NaN";
}

}  // namespace
}  // namespace nubox::doctor
