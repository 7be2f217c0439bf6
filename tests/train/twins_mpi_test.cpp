#include "nubox/train/twins.hpp"

#include "train/pair_files.hpp"

#include <gtest/gtest.h>

namespace nubox::train {
namespace {

field::Box box_of_class(const par::Comm& comm, std::int64_t mesh_factor) {
  field::Box box = prior::test::plane_wave(comm, 1);
  box.header.extra["mesh_factor"] = mesh_factor;
  return box;
}

TEST(Twins, are_grouped_by_force_class_and_mass) {
  const par::Comm world = par::Comm::world();
  const PairFiles files(world);
  const Realisation coarse = files.write_twins("coarse", box_of_class(world, 2), {0.15, 0.6}),
                    fine = files.write_twins("fine", box_of_class(world, 4), {0.15});
  const TwinGroups groups = twin_groups(world, {coarse, fine});
  ASSERT_EQ(groups.size(), 3U);
  const auto expect_one = [&](std::size_t force_class, double mass_eV, const Realisation& pair,
                              std::size_t index) {
    const auto& twins = groups.at({force_class, mass_eV});
    ASSERT_EQ(twins.size(), 1U);
    EXPECT_EQ(twins[0].massless, pair.massless);
    EXPECT_EQ(twins[0].massive, pair.massive[index]);
  };
  expect_one(2, 0.15, coarse, 0);
  expect_one(2, 0.6, coarse, 1);
  expect_one(4, 0.15, fine, 0);
}

TEST(Twins, of_a_point_are_those_of_the_first_realisations) {
  const par::Comm world = par::Comm::world();
  const PairFiles files(world);
  const Realisation first = files.write_twins("first", box_of_class(world, 2), {0.15}),
                    last = files.write_twins("last", box_of_class(world, 2), {0.15});
  std::vector<Realisation> training(pairs_per_point, first);
  training.push_back(last);
  const TwinGroups groups = twin_groups(world, training);
  const auto& twins = groups.at({2, 0.15});
  ASSERT_EQ(twins.size(), pairs_per_point);
  for (const Twins& files_of_pair : twins) EXPECT_EQ(files_of_pair.massless, first.massless);
}

}  // namespace
}  // namespace nubox::train
