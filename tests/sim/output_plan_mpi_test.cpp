#include "nubox/core/error.hpp"
#include "nubox/sim/output_plan.hpp"

#include "sim/support.hpp"
#include "support/temporary_directory.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace nubox::sim {
namespace {

namespace fs = std::filesystem;

SimulationOptions two_outputs() {
  SimulationOptions options;
  options.n = 8;
  options.box_size_mpch = 32;
  options.steps = 4;
  options.redshifts = {1, 0};
  options.noise.seed = 3;
  return options;
}

/// Simulations in a temporary directory.
class Outputs : public testing::Test {
 protected:
  [[nodiscard]] OutputPlan plan(const SimulationOptions& options, double mass_eV = 0.15) const {
    return plan_outputs(world_, folder_ / "", options, cosmology::Parameters{}.with_mass(mass_eV),
                        test::tables(), "out");
  }
  void make(const SimulationOptions& options, const OutputPlan& planned) const {
    make_outputs(world_, options, planned, test::tables(), nullptr);
  }
  void remove(const fs::path& path) const {
    world_.barrier();
    if (world_.is_root()) fs::remove(path);
    world_.barrier();
  }
  par::Comm world_ = par::Comm::world();
  nubox::test::TemporaryDirectory folder_{world_};
};

TEST_F(Outputs, are_missing_before_and_complete_after_the_run) {
  const SimulationOptions options = two_outputs();
  const OutputPlan before = plan(options);
  ASSERT_EQ(before.outputs.size(), 2U);
  EXPECT_EQ(before.outputs[0].path.filename(), "mnu-0.150-z1.000.h5");
  EXPECT_EQ(before.outputs[1].path.filename(), "mnu-0.150-z0.000.h5");
  EXPECT_EQ(before.checkpoint.filename(), "checkpoint-mnu-0.150.h5");
  EXPECT_FALSE(before.is_complete());
  EXPECT_EQ(before.complete_from_first(), 0U);
  make(options, before);
  const OutputPlan after = plan(options);
  EXPECT_TRUE(after.is_complete());
  EXPECT_EQ(after.complete_from_first(), 2U);
  EXPECT_FALSE(plan(options, 0).is_complete()) << "another mass has files of its own";
}

TEST_F(Outputs, that_are_missing_are_recomputed_with_the_same_bits_and_others_are_unchanged) {
  const SimulationOptions options = two_outputs();
  const OutputPlan planned = plan(options);
  make(options, planned);
  const field::Box first = field::read_box(world_, planned.outputs[0].path);
  const auto untouched = fs::last_write_time(planned.outputs[1].path);
  remove(planned.outputs[0].path);
  const OutputPlan again = plan(options);
  EXPECT_FALSE(again.outputs[0].complete);
  EXPECT_TRUE(again.outputs[1].complete);
  EXPECT_EQ(again.complete_from_first(), 0U);
  make(options, again);
  const field::Box remade = field::read_box(world_, planned.outputs[0].path);
  EXPECT_TRUE(test::same_bits(first.displacement.values(), remade.displacement.values()));
  EXPECT_EQ(fs::last_write_time(planned.outputs[1].path), untouched);
}

TEST_F(Outputs, of_another_run_are_never_overwritten) {
  SimulationOptions options = two_outputs();
  make(options, plan(options));
  options.noise.seed = 4;
  try {
    (void)plan(options);
    FAIL() << "the outputs of seed 3 pass for those of seed 4";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_TRUE(error.agreed());
  }
}

TEST(OutputPath, has_the_redshift_only_if_there_are_several) {
  SimulationOptions options = two_outputs();
  EXPECT_EQ(output_path("pair", 0.15, 1, options), fs::path("pair/mnu-0.150-z1.000.h5"));
  options.redshifts = {0};
  EXPECT_EQ(output_path("pair", 0, 0, options), fs::path("pair/mnu-0.000.h5"));
}

TEST(RequirePossible, refuses_equal_names_and_scales_beyond_the_tables) {
  SimulationOptions options = two_outputs();
  EXPECT_NO_THROW(require_possible(options, {0, 0.15}, test::tables()));
  EXPECT_THROW(require_possible(options, {0.1504}, test::tables()), UsageError);
  options.redshifts = {0.0004, 0.0001};
  EXPECT_THROW(require_possible(options, {0}, test::tables()), UsageError);
  options = two_outputs();
  options.box_size_mpch = 1e-3;
  EXPECT_THROW(require_possible(options, {0}, test::tables()), Error);
}

}  // namespace
}  // namespace nubox::sim
