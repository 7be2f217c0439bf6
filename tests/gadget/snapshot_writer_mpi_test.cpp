#include "nubox/gadget/snapshot_writer.hpp"

#include "support/files.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

constexpr std::uint64_t particles = 1000;
constexpr double box_mpch = 100, redshift = 3;

gadget::WriterOptions options_for(gadget::Format format, std::size_t files) {
  return {.format = format,
          .files = files,
          .particles = particles,
          .box_size_mpch = box_mpch,
          .redshift = redshift,
          .Omega_m = 0.3,
          .Omega_lambda = 0.7,
          .h = 0.7,
          .mass_1e10_msunh = 0.3 * 27.7536627 * 1e6 / particles,
          .provenance = {{"seed", std::int64_t{7}}}};
}

double position_of(std::uint64_t particle, std::size_t c) {
  return std::fmod(0.37 * static_cast<double>(particle) + 11.0 * static_cast<double>(c), box_mpch);
}
float velocity_of(std::uint64_t particle, std::size_t c) {
  return 100 + static_cast<float>(particle % 97) - 10 * static_cast<float>(c);
}

void write(const par::Comm& comm, const std::filesystem::path& base,
           const gadget::WriterOptions& options) {
  const auto ranks = static_cast<std::uint64_t>(comm.size());
  const auto rank = static_cast<std::uint64_t>(comm.rank());
  const std::uint64_t first = rank * particles / ranks, end = (rank + 1) * particles / ranks;
  gadget::write_snapshot(comm, base, options, first, end - first,
                         [](std::uint64_t from, std::size_t count, gadget::ParticleBlock& block) {
                           block = {};
                           for (std::uint64_t p = from; p < from + count; ++p) {
                             block.id.push_back(p + 1);
                             for (std::size_t c = 0; c < 3; ++c) {
                               block.position_mpch.push_back(position_of(p, c));
                               block.velocity_kms.push_back(velocity_of(p, c));
                             }
                           }
                         })
      .finish();
}

TEST(SnapshotWriter, particles_and_header_are_read_back_from_every_format_and_file_count) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  for (const auto format : {gadget::Format::hdf5, gadget::Format::gadget2}) {
    for (const std::size_t files : {1, 3}) {
      const auto base = directory / fmt::format("set{}{}", files, format == gadget::Format::hdf5);
      write(world, base, options_for(format, files));
      const auto snapshot = gadget::Snapshot::open(world, base);
      EXPECT_EQ(snapshot.files(), gadget::file_names(base, options_for(format, files)));
      EXPECT_DOUBLE_EQ(snapshot.header().redshift, redshift);
      EXPECT_DOUBLE_EQ(snapshot.header().box_size_mpch, box_mpch);
      EXPECT_EQ(snapshot.header().id_bytes, 4);
      std::uint64_t read = 0;
      snapshot.for_each_block(gadget::cdm_type, {}, [&](const gadget::ParticleBlock& block) {
        for (std::size_t p = 0; p < block.count; ++p) {
          const std::uint64_t particle = block.first + p;
          EXPECT_EQ(block.id[p], particle + 1);
          for (std::size_t c = 0; c < 3; ++c) {
            // Rounding of float kpc/h, and of a division and a product with sqrt(a).
            EXPECT_NEAR(block.position_mpch[3 * p + c], position_of(particle, c), 1e-5);
            EXPECT_NEAR(block.velocity_kms[3 * p + c], velocity_of(particle, c), 1e-4);
          }
        }
        read += block.count;
      });
      EXPECT_EQ(world.all_reduce(read), particles);
    }
  }
}

TEST(SnapshotWriter, provenance_is_kept_by_hdf5_files) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  write(world, directory / "h5", options_for(gadget::Format::hdf5, 1));
  write(world, directory / "g2", options_for(gadget::Format::gadget2, 1));
  const auto expected = options_for(gadget::Format::hdf5, 1).provenance;
  EXPECT_EQ(gadget::read_provenance(world, directory / "h5.hdf5"), expected);
  EXPECT_TRUE(gadget::read_provenance(world, directory / "g2").empty());
}

/// Reads all particles of a set. Collective.
void read_all(const par::Comm& comm, const std::filesystem::path& base) {
  const auto snapshot = gadget::Snapshot::open(comm, base);
  snapshot.for_each_block(gadget::cdm_type, {}, [](const gadget::ParticleBlock&) {});
}

/// The bytes of a particle in the blocks: position and velocity, and its ID with the next two.
std::vector<std::string> stored_numbers(std::uint64_t particle) {
  std::array<float, 3> position{}, velocity{};
  std::array<std::uint32_t, 3> id{};
  for (std::size_t c = 0; c < 3; ++c) {
    position[c] = static_cast<float>(position_of(particle, c) * 1000);
    velocity[c] = velocity_of(particle, c) * 2;  // over sqrt(a)
    id[c] = static_cast<std::uint32_t>(particle + c + 1);
  }
  const auto bytes = [](const auto& values) {
    return std::string(reinterpret_cast<const char*>(values.data()), sizeof(values));
  };
  return {bytes(position), bytes(velocity), bytes(id)};
}

TEST(SnapshotWriter, a_flipped_bit_of_any_block_is_found_on_reading) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  for (const auto format : {gadget::Format::hdf5, gadget::Format::gadget2}) {
    const auto options = options_for(format, 3);
    const auto base = directory / (format == gadget::Format::hdf5 ? "h5" : "g2");
    write(world, base, options);
    EXPECT_FALSE(error_of([&] { read_all(world, base); }));
    const auto file = gadget::file_names(base, options)[1];
    const std::string good = contents_of(file);
    // The lowest bit of a number moves a particle by less than any other check notices.
    for (const std::string& numbers : stored_numbers(500)) {
      const std::size_t place = good.find(numbers);
      ASSERT_NE(place, std::string::npos);
      world.barrier();
      if (world.is_root()) {
        std::string bad = good;
        bad[place] ^= 1;
        overwrite(file, bad);
      }
      world.barrier();
      const auto error = error_of([&] { read_all(world, base); });
      ASSERT_TRUE(error) << place;
      EXPECT_EQ(error->code(), ExitCode::input);
      EXPECT_NE(std::string(error->what()).find("is damaged or was changed"), std::string::npos)
          << error->what();
    }
  }
}

TEST(SnapshotWriter, bytes_do_not_depend_on_the_rank_count) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  for (const auto format : {gadget::Format::hdf5, gadget::Format::gadget2}) {
    const auto options = options_for(format, 2);
    write(world, directory / "all", options);
    if (world.is_root()) write(par::Comm::self(), directory / "alone", options);
    world.barrier();
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_TRUE(contents_of(gadget::file_names(directory / "all", options)[i]) ==
                  contents_of(gadget::file_names(directory / "alone", options)[i]));
    }
    world.barrier();
    if (world.is_root()) directory.clear();
    world.barrier();
  }
}

TEST(SnapshotWriter, names_with_a_dot_and_unsuitable_file_counts_are_usage_errors) {
  for (const auto& [base, files] : {std::pair{"z0.5", 1}, std::pair{"many", 5000}}) {
    const auto error = error_of([&, name = base, count = files] {
      (void)gadget::file_names(name,
                               options_for(gadget::Format::hdf5, static_cast<std::size_t>(count)));
    });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), ExitCode::usage);
  }
}

}  // namespace
}  // namespace nubox::test
