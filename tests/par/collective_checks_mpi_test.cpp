#include "nubox/par/agree.hpp"
#include "nubox/par/collective_checks.hpp"

#include <array>
#include <functional>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace nubox::par {
namespace {

/// Sets the checks for one test, also in builds without assertions.
class Checks {
 public:
  explicit Checks(bool enabled) : before_(collective_checks()) { set_collective_checks(enabled); }
  ~Checks() { set_collective_checks(before_); }
  Checks(const Checks&) = delete;
  Checks& operator=(const Checks&) = delete;

 private:
  bool before_;
};

TEST(CollectiveChecks, every_collective_inside_agree_fails_with_its_name) {
  const Checks on(true);
  const Comm world = Comm::world();
  std::array<float, 2> values{};
  const std::array<std::size_t, 2> no_counts{};
  const std::map<std::string, std::function<void()>> operations{
      {"Comm::world", [&] { (void)Comm::world(); }},
      {"duplicate", [&] { (void)world.duplicate(); }},
      {"split", [&] { (void)world.split(0, 0); }},
      {"split_by_node", [&] { (void)world.split_by_node(); }},
      {"barrier", [&] { world.barrier(); }},
      {"broadcast", [&] { world.broadcast(std::span<float>(values)); }},
      {"all_reduce", [&] { (void)world.all_reduce(1); }},
      {"all_gather", [&] { (void)world.all_gather(1); }},
      {"all_to_all", [&] { (void)world.all_to_all<float>(values, no_counts); }},
      {"sendrecv", [&] { world.sendrecv<float>(0, values, values); }},
      {"AsyncSums::start", [&] { AsyncSums(world).start(values); }},
      {"AsyncBlocks", [&] { AsyncBlocks(world, values, no_counts, values, no_counts); }},
  };
  for (const auto& [name, operation] : operations) {
    try {
      // On the last rank alone: without the check the others would wait for it.
      agree(world, [&] {
        if (world.rank() == world.size() - 1) operation();
      });
      ADD_FAILURE() << name << " passed";
    } catch (const Error& error) {
      EXPECT_TRUE(error.agreed());
      EXPECT_EQ(error.code(), ExitCode::internal);
      EXPECT_NE(std::string(error.what()).find("operation " + name + " inside"), std::string::npos)
          << error.what();
    }
  }
}

TEST(CollectiveChecks, root_decides_checks_its_function) {
  const Checks on(true);
  const Comm world = Comm::world();
  EXPECT_THROW((void)root_decides(world, [&] { return world.all_reduce(1) == 1; }), Error);
}

TEST(CollectiveChecks, operations_on_the_communicator_of_one_rank_are_allowed) {
  const Checks on(true);
  const Comm world = Comm::world();
  const Comm self = Comm::self();
  EXPECT_EQ(agree(world, [&] { return self.duplicate().all_reduce(3); }), 3);
  EXPECT_EQ(world.all_reduce(1), world.size());
}

TEST(CollectiveChecks, a_failure_ends_rank_local_work) {
  const Checks on(true);
  const Comm world = Comm::world();
  EXPECT_THROW(agree(world, [] { throw InputError("bad"); }), Error);
  world.barrier();
}

TEST(ThrowAgreed, throws_the_error_marked_as_agreed) {
  for (const bool enabled : {false, true}) {
    const Checks checks(enabled);
    const Comm world = Comm::world();
    try {
      throw_agreed(world, InputError("the same"), world.size() - 1);
      FAIL() << "throw_agreed returned";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "the same");
      EXPECT_EQ(error.code(), ExitCode::input);
      EXPECT_EQ(error.origin_rank(), world.size() - 1);
    }
  }
}

TEST(ThrowAgreed, different_errors_are_an_internal_error) {
  const Checks on(true);
  const Comm world = Comm::world();
  const int last = world.size() - 1;
  if (last == 0) GTEST_SKIP() << "needs two ranks";
  try {
    throw_agreed(world, InputError("text {}", world.rank() == last ? 1 : 0));
    FAIL() << "throw_agreed returned";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::internal);
    EXPECT_TRUE(error.agreed());
    EXPECT_EQ(error.origin_rank(), last);
    EXPECT_NE(std::string(error.what()).find("text 1"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("text 0"), std::string::npos);
  }
}

}  // namespace
}  // namespace nubox::par
