#include "nubox/field/assignment.hpp"

#include <gtest/gtest.h>

namespace nubox::field {
namespace {

constexpr std::size_t mesh_n = 12;

TEST(InverseWindow, times_the_window_is_one_at_every_frequency_of_either_sign) {
  for (const auto assignment :
       {Assignment::ngp, Assignment::cic, Assignment::tsc, Assignment::pcs}) {
    const InverseWindow inverse(assignment, mesh_n);
    ASSERT_EQ(inverse.values().size(), mesh_n / 2 + 1);
    for (int n_i = -6; n_i <= 6; ++n_i) {
      EXPECT_NEAR(inverse(n_i) * assignment_window(assignment, n_i, mesh_n), 1, 1e-15) << n_i;
    }
  }
}

TEST(InverseWindow, of_power_is_the_square) {
  const InverseWindow modes(Assignment::tsc, mesh_n);
  const InverseWindow power(Assignment::tsc, mesh_n, InverseWindow::Of::power);
  for (int n_i = 0; n_i <= 6; ++n_i) EXPECT_EQ(power(n_i), modes(n_i) * modes(n_i)) << n_i;
}

}  // namespace
}  // namespace nubox::field
