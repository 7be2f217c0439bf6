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

TEST(SuitePlan, directories_of_the_inputs_are_kept_as_many_as_asked_for) {
  SuiteOptions options{
      .inputs = {"a/pair-1/snap/x_004"}, .masses_eV = {0.06}, .out = "out", .directories = 1};
  EXPECT_EQ(outputs(options), Paths{"out/snap/x_004-mnu-0.060.h5"});
  options.directories = 2;
  EXPECT_EQ(outputs(options), Paths{"out/pair-1/snap/x_004-mnu-0.060.h5"});
  options.directories = 0;
  EXPECT_EQ(outputs(options), Paths{"out/x_004-mnu-0.060.h5"});
  options.inputs = {"a/pair-1/mnu-0.000.h5", "a/pair-2/mnu-0.000.h5"};
  EXPECT_THROW((void)suite_tasks(options), UsageError);  // both out/mnu-0.060.h5
}

TEST(SuitePlan, parts_share_the_inputs_and_names_do_not_depend_on_them) {
  SuiteOptions options{
      .inputs = {"p/1/a.h5", "p/2/a.h5", "p/3/a.h5"}, .masses_eV = {0.06, 0.1}, .out = "out"};
  const Paths all = outputs(options);
  ASSERT_EQ(all.size(), 6u);
  options.parts = 2;
  EXPECT_EQ(outputs(options), (Paths{all[0], all[1], all[4], all[5]}));
  EXPECT_EQ(record_directory(options), "out/part-1-of-2");
  options.part = 1;
  EXPECT_EQ(outputs(options), (Paths{all[2], all[3]}));
  options.parts = 9;
  options.part = 8;
  EXPECT_TRUE(suite_tasks(options).empty());
  EXPECT_EQ(record_directory({.inputs = {"a.h5"}, .masses_eV = {0.1}, .out = "o/b.h5"}), "o");
  EXPECT_EQ(record_directory({.inputs = {"a.h5"}, .masses_eV = {0.1, 0.2}, .out = "o"}), "o");
}

TEST(SuitePlan, a_part_is_a_number_and_a_count) {
  EXPECT_EQ(part_of("1/1"), std::pair(std::size_t{0}, std::size_t{1}));
  EXPECT_EQ(part_of("3/8"), std::pair(std::size_t{2}, std::size_t{8}));
  for (const char* text : {"", "3", "0/8", "9/8", "1/0", "-1/2", "1/2/3", "a/b", "1/ 2"}) {
    EXPECT_THROW((void)part_of(text), UsageError) << text;
  }
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
