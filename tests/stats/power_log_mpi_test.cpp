#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/field/box.hpp"
#include "nubox/stats/power_log.hpp"

#include "support/temporary_directory.hpp"

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

constexpr std::size_t n = 8;
constexpr double box_mpch = 100;

/// A field file whose displacement is a plane wave along x.
void write_wave(const par::Comm& comm, const std::filesystem::path& path, double M_nu_eV) {
  const par::SlabLayout layout(comm, n);
  io::FieldHeader header;
  header.n = n;
  header.box_size_mpch = box_mpch;
  header.cosmology = cosmology::Parameters{}.with_mass(M_nu_eV);
  header.origin = "simulate";
  field::Box box{header, field::LatticeField(layout, 3, box_mpch), std::nullopt};
  const auto psi = box.displacement.component(0);
  for (std::size_t i = 0; i < psi.size(); ++i) {
    const auto x = static_cast<double>(layout.local().start + i / (n * n));
    psi[i] = static_cast<float>(std::sin(2 * M_PI * x / static_cast<double>(n)));
  }
  field::write_box(path, box).finish();
}

TEST(PowerLog, has_linear_theory_of_the_mass_of_each_box_and_the_ratio) {
  const auto comm = par::Comm::world();
  const test::TemporaryDirectory directory(comm);
  const auto tables = cosmology::LinearTables::load(
      comm, std::filesystem::path(NUBOX_SOURCE_DIR) / "configs/cosmology/hades", {});
  write_wave(comm, directory / "a.h5", 0);
  write_wave(comm, directory / "b.h5", 0.6);
  write_power_log(comm, directory / "power.txt", {directory / "a.h5", directory / "b.h5"}, {},
                  tables);

  std::ifstream file(directory / "power.txt");
  std::string line;
  double mass = -1;
  int rows = 0;
  while (std::getline(file, line)) {
    if (line.starts_with("# a.h5")) mass = 0;
    if (line.starts_with("# b.h5")) mass = 0.6;
    if (line.starts_with("#")) continue;
    std::istringstream columns(line);
    double k = 0, modes = 0, p = 0, linear = 0, ratio = 0;
    ASSERT_TRUE(columns >> k >> modes >> p >> linear >> ratio) << line;
    const cosmology::LinearTheory theory(cosmology::Parameters{}.with_mass(mass), tables,
                                         cosmology::NeutrinoSource::table, 1);
    // Six decimals in the exponent notation of k and P.
    EXPECT_LE(std::abs(linear / theory.power_cb(k, 1) - 1), 1e-5) << line;
    EXPECT_LE(std::abs(ratio - p / linear), 1e-5 * (1 + ratio)) << line;
    EXPECT_GT(modes, 0) << line;
    ++rows;
  }
  EXPECT_EQ(rows % 2, 0);
  EXPECT_GE(rows, 4);
}

}  // namespace
}  // namespace nubox::stats
