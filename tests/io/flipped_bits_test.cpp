#include "nubox/core/checksum.hpp"
#include "nubox/io/table_file.hpp"

#include "io/io_test_support.hpp"
#include "support/compare.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

/// Flips one bit of every `stride`-th byte, each time another one, and counts how often `read`
/// refuses. A flip that `read` lets pass must have changed nothing that `read` returns.
/// NUBOX_TEST_EVERY_BYTE=1 visits all bytes (half a minute).
template <class Read>
void expect_flips_refused_or_harmless(const std::filesystem::path& path, Read&& read) {
  const std::size_t stride = std::getenv("NUBOX_TEST_EVERY_BYTE") != nullptr ? 1 : 13;
  const std::string good = contents_of(path);
  const auto original = read();
  std::size_t flips = 0, refused = 0;
  for (std::size_t i = 0; i < good.size(); i += stride, ++flips) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << (flips % 8)));
    overwrite(path, bad);
    try {
      EXPECT_TRUE(read() == original) << "a flip in byte " << i << " went unnoticed";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input) << "byte " << i << ": " << error.what();
      ++refused;
    }
  }
  EXPECT_GE(flips, 100u);
  EXPECT_GE(refused, flips / 4) << "most of a small file is padding, but not that much";
  testing::Test::RecordProperty("flips", static_cast<int>(flips));
  testing::Test::RecordProperty("refused", static_cast<int>(refused));
}

TEST(FlippedBits, no_field_file_with_another_value_is_accepted) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  const auto path = directory / "flip.h5";
  const par::SlabLayout layout(self, 4);
  const std::vector<float> values = example_slab(layout);
  const std::vector<io::FieldDataset> datasets{{"displacement", values}, {"velocity", values}};
  io::write_field_file(layout, path, example_header(4), datasets).finish();
  expect_flips_refused_or_harmless(path, [&] {
    const io::FieldFile file(self, path);
    const io::FieldHeader& header = file.header();
    return std::tuple(bits_of(file.read("displacement", layout)),
                      bits_of(file.read("velocity", layout)), header.n, header.seed,
                      header.box_size_mpch, header.lattice_offset_cells, header.redshift,
                      header.cosmology.Omega_m, header.cosmology.Omega_b, header.cosmology.h,
                      header.cosmology.n_s, header.cosmology.A_s, header.cosmology.M_nu_eV,
                      header.species, header.origin, header.code_version, header.extra);
  });
}

TEST(FlippedBits, no_table_file_with_another_value_is_accepted) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  const auto path = directory / "flip.h5";
  io::TableFile table;
  table.format = "nubox-model";
  table.attributes = {
      {"architecture", std::string("d3m")}, {"channels", std::int64_t{64}}, {"scale", 0.5}};
  table.group_attributes["weights"] = {{"order", std::string("out, in, x, y, z")}};
  table.arrays["weights/a"] = {{2, 50}, std::vector<float>(100, 0.25F), "", "filter"};
  table.arrays["weights/b"] = {{50}, std::vector<double>(50, -1.5), "", "bias"};
  io::write_table_file(self, path, table);
  expect_flips_refused_or_harmless(path, [&] {
    const io::TableFile read = io::read_table_file(self, path, "nubox-model");
    const auto content = [](const io::Array& array) {
      return std::tuple(
          array.shape, array.values.index(),
          std::visit([](const auto& values) { return checksum_of(std::span(values)); },
                     array.values),
          array.units, array.description);
    };
    return std::tuple(read.attributes, read.group_attributes, read.arrays.size(),
                      content(read.arrays.at("weights/a")), content(read.arrays.at("weights/b")));
  });
}

}  // namespace
}  // namespace nubox::test
