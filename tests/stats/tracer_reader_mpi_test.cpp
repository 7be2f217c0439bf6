#include "nubox/core/error.hpp"
#include "nubox/gadget/snapshot_writer.hpp"
#include "nubox/stats/tracer_reader.hpp"

#include "stats/suite.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

constexpr std::uint64_t particles = 1000;

class TracerReader : public testing::Measuring {
 protected:
  TracerReader() : directory_(comm_) {}

  /// A snapshot of 1000 particles in a number of files; the name of its first file.
  std::filesystem::path write_snapshot(const std::string& name, std::size_t files) {
    const gadget::WriterOptions options{.format = gadget::Format::gadget2,
                                        .files = files,
                                        .particles = particles,
                                        .box_size_mpch = testing::box_mpch,
                                        .redshift = 0,
                                        .Omega_m = 0.3,
                                        .Omega_lambda = 0.7,
                                        .h = 0.7,
                                        .mass_1e10_msunh = 0.3 * 27.7536627 * 1e6 / particles};
    const auto ranks = static_cast<std::uint64_t>(comm_.size());
    const auto rank = static_cast<std::uint64_t>(comm_.rank());
    const std::uint64_t first = rank * particles / ranks, end = (rank + 1) * particles / ranks;
    gadget::write_snapshot(
        comm_, directory_ / name, options, first, end - first,
        [](std::uint64_t from, std::size_t count, gadget::ParticleBlock& block) {
          block = {};
          for (std::uint64_t p = from; p < from + count; ++p) {
            block.id.push_back(p + 1);
            for (std::uint64_t c = 0; c < 3; ++c) {
              block.position_mpch.push_back(testing::box_mpch * testing::hashed(p, c));
              block.velocity_kms.push_back(static_cast<float>(c));
            }
          }
        })
        .finish();
    return gadget::file_names(directory_ / name, options).front();
  }

  test::TemporaryDirectory directory_;
};

TEST_F(TracerReader, a_snapshot_gets_missing_parameters_from_the_other_box) {
  const auto path = write_snapshot("snap", 2);
  const BoxSummary alone = summarize_box(comm_, path, nullptr);
  EXPECT_EQ(alone.particles, particles);
  EXPECT_TRUE(alone.has_velocity);
  EXPECT_EQ(alone.header.n, 10U);
  EXPECT_NEAR(alone.header.cosmology.Omega_m, 0.3, 1e-6);
  const io::FieldHeader other = header(0);
  const BoxSummary beside = summarize_box(comm_, path, &other);
  EXPECT_EQ(beside.header.cosmology.n_s, other.cosmology.n_s);
  EXPECT_EQ(beside.header.cosmology.A_s, other.cosmology.A_s);

  const Tracers read = read_box_tracers(comm_, path, &other);
  EXPECT_EQ(read.total(), particles);
  ASSERT_NE(read.catalogue(), nullptr);
  EXPECT_EQ(read.header().cosmology.Omega_b, other.cosmology.Omega_b);
}

TEST_F(TracerReader, a_field_file_is_read_as_a_lattice) {
  field::Box box = *tracers(1).lattice();
  for (float& x : box.displacement.values()) x -= 50.0F;  // minimum images, as in files
  field::write_box(directory_ / "box.h5", box).finish();
  const BoxSummary summary = summarize_box(comm_, directory_ / "box.h5", nullptr);
  EXPECT_EQ(summary.header.n, testing::lattice_n);
  EXPECT_EQ(summary.nu_mesh_n, 0U);
  EXPECT_NE(read_box_tracers(comm_, directory_ / "box.h5", nullptr).lattice(), nullptr);
}

TEST_F(TracerReader, the_digest_of_a_set_covers_all_its_files) {
  const auto path = write_snapshot("set", 3);
  const auto digests = digest_boxes(comm_, {path, path});
  ASSERT_EQ(digests.size(), 1U);
  const auto whole = gadget::Snapshot::open(comm_, path);
  std::uintmax_t bytes = 0;
  for (const auto& file : whole.files()) bytes += std::filesystem::file_size(file);
  EXPECT_EQ(digests.at(path.string()).size_bytes, bytes);
}

}  // namespace
}  // namespace nubox::stats
