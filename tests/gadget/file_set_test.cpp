#include "gadget/file_set.hpp"

#include "gadget/conversion.hpp"
#include "support/files.hpp"

#include <array>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

constexpr std::uint64_t two_to_32 = std::uint64_t{1} << 32;

/// Sets that no test can write to disk: only their headers count.
std::vector<gadget::FileHeader> files_with(std::uint64_t in_each, std::size_t files,
                                           std::uint64_t low, std::uint64_t high) {
  gadget::FileHeader file_header;
  file_header.counts[1] = in_each;
  file_header.totals[1] = low;
  file_header.totals_high[1] = high;
  return std::vector<gadget::FileHeader>(files, file_header);
}

std::array<std::uint64_t, gadget::type_count> totals_of(
    const std::vector<gadget::FileHeader>& file_headers) {
  return gadget::total_counts(std::vector<std::filesystem::path>(file_headers.size(), "snap.0"),
                              file_headers);
}

TEST(TotalCounts, totals_of_2_to_32_and_more_use_high_words) {
  EXPECT_EQ(totals_of(files_with(two_to_32 / 4 + 1, 8, 8, 2))[1], 2 * two_to_32 + 8);
}

TEST(TotalCounts, missing_high_words_and_64_bit_totals_are_understood) {
  EXPECT_EQ(totals_of(files_with(two_to_32 / 4 + 1, 8, 8, 0))[1], 2 * two_to_32 + 8);
  EXPECT_EQ(totals_of(files_with(two_to_32 / 4 + 1, 8, 2 * two_to_32 + 8, 0))[1],
            2 * two_to_32 + 8);
}

TEST(TotalCounts, the_high_word_that_n_genic_puts_in_type_2_is_no_particle) {
  auto file_headers = files_with(two_to_32 / 4 + 1, 8, 8, 0);
  for (auto& file : file_headers) file.totals[2] = 2;
  EXPECT_EQ(totals_of(file_headers)[2], 0u);
  file_headers.resize(4);  // half the particles, half the high word
  EXPECT_TRUE(error_of([&] { (void)totals_of(file_headers); }));
}

TEST(TotalCounts, a_high_word_without_particles_is_refused) {
  const auto error = error_of([&] { (void)totals_of(files_with(512, 1, 512, 1)); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::input);
}

/// Quijote's fiducial box: 512^3 particles, 1000 Mpc/h, z = 0, masses as its headers state them.
gadget::FileHeader quijote(double box_size) {
  gadget::FileHeader file_header;
  file_header.counts[1] = file_header.totals[1] = 512ull * 512 * 512;
  file_header.mass[1] = 65.66;
  file_header.time = 1;
  file_header.box_size = box_size;
  file_header.Omega_m = 0.3175;
  file_header.Omega_lambda = 0.6825;
  file_header.h = 0.6711;
  file_header.files = 1;
  return file_header;
}

TEST(FileUnits, particle_masses_tell_kpc_from_mpc) {
  for (const auto& [box_size, unit] : {std::pair{1e6, "kpc/h"}, std::pair{1e3, "Mpc/h"}}) {
    const gadget::SetHeader set = gadget::combine({"snap"}, {quijote(box_size)}, {});
    EXPECT_EQ(set.header.length_unit, unit);
    EXPECT_NEAR(set.header.box_size_mpch, 1000, 1e-9);
    EXPECT_NEAR(set.header.Omega_particles, 0.3175, 2e-4);
    EXPECT_EQ(set.scales.velocity_kms, 1.0);
  }
}

TEST(FileUnits, a_mass_table_that_fits_no_unit_is_refused_with_the_numbers) {
  const auto error = error_of([] { (void)gadget::combine({"snap"}, {quijote(1e5)}, {}); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("Omega = 317."), std::string::npos) << error->what();
}

TEST(FileUnits, stored_velocities_are_divided_by_the_root_of_a) {
  gadget::FileHeader file_header = quijote(1e6);
  file_header.redshift = 3;
  file_header.time = 0.25;
  EXPECT_DOUBLE_EQ(gadget::combine({"snap"}, {file_header}, {}).scales.velocity_kms, 0.5);
}

TEST(Conversion, positions_a_drift_outside_are_wrapped_and_all_lie_below_the_box_size) {
  const std::array<double, 6> stored{-0.05, 100.05, 100.0, 0.0, -1e-30, 99.999};
  std::array<double, 6> position{};
  const gadget::RawNumbers raw{std::as_bytes(std::span(stored)), 8, false};
  gadget::convert_positions(raw, 1.0, 100.0, position, "snap", 0);
  const std::array<double, 6> expected{99.95, 0.05, 0, 0, 0, 99.999};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(position[i], expected[i], 1e-12) << i;
}

TEST(Conversion, the_first_bad_particle_is_named) {
  std::array<float, 9> stored{};
  stored[7] = std::numeric_limits<float>::infinity();
  std::array<double, 9> position{};
  const gadget::RawNumbers raw{std::as_bytes(std::span(stored)), 4, false};
  const auto error =
      error_of([&] { gadget::convert_positions(raw, 1.0, 100.0, position, "snap, POS", 40); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("snap, POS: particle 42 has y = inf"),
            std::string::npos)
      << error->what();
}

}  // namespace
}  // namespace nubox::test
