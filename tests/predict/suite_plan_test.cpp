#include "nubox/predict/suite_plan.hpp"

#include "nubox/core/error.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::predict {
namespace {

std::vector<std::string> outputs(const SuiteOptions& options) {
  std::vector<std::string> paths;
  for (const SuiteTask& task : suite_tasks(options)) {
    for (const OutputRequest& wanted : task.requests) paths.push_back(wanted.out.string());
  }
  return paths;
}

using Paths = std::vector<std::string>;

TEST(SuitePlan, a_single_box_is_written_to_the_named_file) {
  const SuiteOptions options{.inputs = {"in.h5"}, .masses_eV = {0.15}, .out = "some/box.h5"};
  const auto tasks = suite_tasks(options);
  ASSERT_EQ(tasks.size(), 1u);
  EXPECT_EQ(tasks[0].in, "in.h5");
  ASSERT_EQ(tasks[0].requests.size(), 1u);
  EXPECT_EQ(tasks[0].requests[0].M_nu_eV, 0.15);
  EXPECT_EQ(tasks[0].requests[0].out, "some/box.h5");
}

TEST(SuitePlan, a_trailing_slash_or_a_second_mass_makes_a_directory) {
  SuiteOptions options{.inputs = {"mnu-0.000.h5"}, .masses_eV = {0.15}, .out = "out/"};
  EXPECT_EQ(outputs(options), Paths{"out/mnu-0.150.h5"});
  options.masses_eV = {0.15, 0.3};
  options.out = "out";
  EXPECT_EQ(outputs(options), (Paths{"out/mnu-0.150.h5", "out/mnu-0.300.h5"}));
}

TEST(SuitePlan, directories_of_the_inputs_are_kept_below_the_one_they_share) {
  const SuiteOptions options{
      .inputs = {"a/pair-1/mnu-0.000.h5", "a/pair-2/other.h5"}, .masses_eV = {0.06}, .out = "out"};
  EXPECT_EQ(outputs(options), (Paths{"out/pair-1/mnu-0.060.h5", "out/pair-2/other-mnu-0.060.h5"}));
}

TEST(SuitePlan, snapshots_get_base_names) {
  SuiteOptions options{
      .inputs = {"in.h5"}, .masses_eV = {0.15}, .out = "box.hdf5", .format = BoxFormat::gadget};
  EXPECT_EQ(outputs(options), Paths{"box"});
  options.masses_eV = {0.15, 0.3};
  options.out = "out";
  EXPECT_EQ(outputs(options), (Paths{"out/in-mnu-0.150/snap", "out/in-mnu-0.300/snap"}));
}

TEST(SuitePlan, ambiguous_or_empty_requests_are_refused) {
  EXPECT_THROW((void)suite_tasks({.masses_eV = {0.1}, .out = "o"}), UsageError);
  EXPECT_THROW((void)suite_tasks({.inputs = {"a.h5"}, .out = "o"}), UsageError);
  EXPECT_THROW((void)suite_tasks({.inputs = {"a.h5", "./a.h5"}, .masses_eV = {0.1}, .out = "o"}),
               UsageError);
  EXPECT_THROW((void)suite_tasks({.inputs = {"a.h5"}, .masses_eV = {0.1, 0.1}, .out = "o"}),
               UsageError);
  EXPECT_THROW((void)suite_tasks({.inputs = {"a.h5"}, .masses_eV = {0.1234}, .out = "o"}),
               UsageError);
}

}  // namespace
}  // namespace nubox::predict
