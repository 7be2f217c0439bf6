#include "nubox/core/error.hpp"
#include "nubox/field/box.hpp"

#include <limits>
#include <unistd.h>

#include <gtest/gtest.h>

namespace nubox::field {
namespace {

constexpr std::size_t lattice_n = 7;
constexpr double box_mpch = 20;

/// A path that no other run uses; the file is removed at the end. Collective.
class TemporaryFile {
 public:
  explicit TemporaryFile(const par::Comm& comm) : comm_(comm) {
    const std::string name = "nubox-snapshot-" + std::to_string(::getpid()) + ".h5";
    path_ = std::filesystem::temp_directory_path() / comm.broadcast(name);
  }
  ~TemporaryFile() {
    comm_.barrier();
    if (comm_.is_root()) std::filesystem::remove(path_);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  par::Comm comm_;
  std::filesystem::path path_;
};

/// Values that identify component and global site, all below half the box.
Box example(const par::SlabLayout& layout, bool with_velocity) {
  io::FieldHeader header;
  header.box_size_mpch = box_mpch;
  header.n = layout.n();
  header.cosmology.Omega_m = 0.3175;
  header.cosmology.h = 0.6711;
  header.origin = "simulate";
  Box snapshot{header, LatticeField(layout, 3, box_mpch), std::nullopt};
  if (with_velocity) snapshot.velocity.emplace(layout, 3, box_mpch);
  const std::size_t sites = snapshot.displacement.local_sites();
  const std::size_t first = layout.local().start * layout.n() * layout.n();
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t site = 0; site < sites; ++site) {
      const float value = static_cast<float>(c) + 0.01F * static_cast<float>(first + site);
      snapshot.displacement.component(c)[site] = value;
      if (with_velocity) snapshot.velocity->component(c)[site] = 100 * value;
    }
  }
  return snapshot;
}

std::vector<float> copy_of(const LatticeField& field) {
  return {field.values().begin(), field.values().end()};
}

TEST(Box, is_read_as_written_with_and_without_velocity) {
  const auto world = par::Comm::world();
  const TemporaryFile file(world);
  const par::SlabLayout layout(world, lattice_n);
  for (const bool with_velocity : {true, false}) {
    const Box written = example(layout, with_velocity);
    write_box(file.path(), written).finish();
    const Box read = read_box(world, file.path());
    EXPECT_EQ(copy_of(read.displacement), copy_of(written.displacement));
    EXPECT_EQ(read.displacement.box_size_mpch(), box_mpch);
    EXPECT_EQ(read.header.origin, "simulate");
    ASSERT_EQ(read.velocity.has_value(), with_velocity);
    if (with_velocity) {
      EXPECT_EQ(copy_of(*read.velocity), copy_of(*written.velocity));
    }
  }
}

TEST(Box, a_neutrino_density_on_another_mesh_is_read_as_written) {
  const auto world = par::Comm::world();
  const TemporaryFile file(world);
  const Box written = example(par::SlabLayout(world, lattice_n), true);
  LatticeField density(par::SlabLayout(world, 4), 1, box_mpch);
  for (std::size_t i = 0; i < density.local_sites(); ++i) {
    density.values()[i] = static_cast<float>(16 * density.layout().local().start + i) - 1.0F;
  }
  write_box(file.path(), written, &density).finish();
  const auto read = read_density_nu(world, file.path());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->n(), 4U);
  EXPECT_EQ(copy_of(*read), copy_of(density));
  EXPECT_EQ(copy_of(read_box(world, file.path()).displacement), copy_of(written.displacement));
  write_box(file.path(), written).finish();
  EXPECT_FALSE(read_density_nu(world, file.path()));
}

/// Puts `value` on the last site of the lattice (of the last rank that owns planes) and reads back.
std::string refusal_of(float value, bool in_velocity) {
  const auto world = par::Comm::world();
  const TemporaryFile file(world);
  const par::SlabLayout layout(world, lattice_n);
  Box bad = example(layout, true);
  if (layout.local().contains(lattice_n - 1)) {
    LatticeField& field = in_velocity ? *bad.velocity : bad.displacement;
    field.component(1).back() = value;
  }
  write_box(file.path(), bad).finish();
  try {
    (void)read_box(world, file.path());
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_TRUE(error.agreed());
    return error.what();
  }
  return "not refused";
}

TEST(Box, a_nan_is_refused_with_dataset_and_global_site) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NE(refusal_of(nan, false).find("displacement[1] at lattice site (6, 6, 6) is nan"),
            std::string::npos);
  EXPECT_NE(refusal_of(nan, true).find("velocity[1] at lattice site (6, 6, 6) is nan"),
            std::string::npos);
}

TEST(Box, an_infinity_is_refused) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_NE(refusal_of(-infinity, true).find("is -inf, not a finite number"), std::string::npos);
}

TEST(Box, a_displacement_beyond_half_the_box_is_refused_and_half_the_box_is_not) {
  EXPECT_NE(refusal_of(-10.5F, false).find("is -10.5 Mpc/h, beyond half the box"),
            std::string::npos);
  EXPECT_EQ(refusal_of(10.0F, false), "not refused");
  EXPECT_EQ(refusal_of(5000.0F, true), "not refused");
}

}  // namespace
}  // namespace nubox::field
