#include "nubox/gadget/snapshot_set.hpp"

#include "gadget/snapshots.hpp"
#include "support/compare.hpp"
#include "support/files.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace nubox::test {
namespace {

using Json = nlohmann::json;

/// Blocks of a size that divides neither shares nor files.
constexpr std::size_t small_block = 37;

class SnapshotSet : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(std::filesystem::exists(snapshots / "manifest.json"))
        << "run tests/gadget/make_snapshots.py " << snapshots;
    manifest_ = Json::parse(contents_of(snapshots / "manifest.json"));
    const std::string bytes = contents_of(snapshots / "truth.bin");
    truth_.resize(bytes.size() / sizeof(double));
    std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<char*>(truth_.data()));
  }

  [[nodiscard]] static gadget::ReaderOptions options_of(const Json& entry) {
    gadget::ReaderOptions options;
    const Json& stated = entry["options"];
    if (stated.contains("length_unit")) {
      options.length_unit =
          stated["length_unit"] == "kpch" ? gadget::LengthUnit::kpch : gadget::LengthUnit::mpch;
    }
    if (stated.contains("Omega_m")) options.Omega_m = stated["Omega_m"];
    if (stated.contains("h")) options.h = stated["h"];
    if (stated.contains("box_size_mpch")) options.box_size_mpch = stated["box_size_mpch"];
    return options;
  }

  [[nodiscard]] gadget::Snapshot open(const Json& entry) const {
    return gadget::Snapshot::open(world_, snapshots / entry["path"].get<std::string>(),
                                  options_of(entry));
  }

  void expect_header(const Json& entry, const gadget::Header& header) const {
    EXPECT_NEAR(header.box_size_mpch, manifest_["box_size_mpch"], 1e-9 * header.box_size_mpch);
    EXPECT_NEAR(header.Omega_m, manifest_["Omega_m"], 1e-12);
    EXPECT_NEAR(header.h, manifest_["h"], 1e-12);
    EXPECT_EQ(header.counts[gadget::cdm_type], manifest_["particles"]);
    const Json& expected = entry["expect"];
    EXPECT_EQ(header.files, expected.value("files", 1));
    EXPECT_EQ(header.format, expected.value("format", header.format));
    EXPECT_EQ(header.length_unit, expected.value("length_unit", header.length_unit));
    EXPECT_EQ(header.id_bytes, expected.value("id_bytes", header.id_bytes));
    EXPECT_EQ(header.double_precision, expected.value("double_precision", header.double_precision));
  }

  /// Each particle of the truth once, at its place and with its velocity.
  void expect_particles(const gadget::Snapshot& snapshot) const {
    const double box = manifest_["box_size_mpch"];
    // Half a unit in the last place of float32 at the far end of the box, in any unit.
    const double position_tolerance = 1e-7 * box;
    std::vector<std::uint64_t> seen(truth_.size() / 6, 0);
    double worst_position = 0, worst_velocity = 0;
    snapshot.for_each_block(
        gadget::cdm_type, {},
        [&](gadget::ParticleBlock& block) {
          world_.barrier();  // hangs unless all ranks have the same number of visits
          for (std::size_t i = 0; i < block.count; ++i) {
            const std::size_t site = block.id[i] - 1;
            ASSERT_LT(site, seen.size());
            ++seen[site];
            for (std::size_t c = 0; c < 3; ++c) {
              const double x = block.position_mpch[3 * i + c];
              EXPECT_TRUE(x >= 0 && x < box) << x;
              const double difference = x - truth_[6 * site + c];
              worst_position = std::max(worst_position,
                                        distance(difference, box * std::round(difference / box)));
              worst_velocity = std::max(worst_velocity, distance(block.velocity_kms[3 * i + c],
                                                                 truth_[6 * site + 3 + c]));
            }
          }
        },
        small_block);
    world_.all_reduce(std::span(seen));
    EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](auto count) { return count == 1; }));
    EXPECT_LT(worst_position, position_tolerance);
    EXPECT_LT(worst_velocity, 1e-4);  // of some 100 km/s: float32 rounding, twice
  }

  const par::Comm world_ = par::Comm::world();
  Json manifest_;
  std::vector<double> truth_;
};

TEST_F(SnapshotSet, every_valid_variant_gives_the_same_particles) {
  std::size_t variants = 0;
  for (const Json& entry : manifest_["cases"]) {
    if (entry["code"] != 0) continue;
    SCOPED_TRACE(entry["name"].get<std::string>());
    const auto error = error_of([&] {
      const gadget::Snapshot snapshot = open(entry);
      expect_header(entry, snapshot.header());
      expect_particles(snapshot);
    });
    EXPECT_FALSE(error) << error->what();
    ++variants;
  }
  EXPECT_GE(variants, 20u);
}

TEST_F(SnapshotSet, every_broken_one_is_refused_by_name_on_all_ranks) {
  std::size_t defects = 0;
  for (const Json& entry : manifest_["cases"]) {
    if (entry["code"] == 0 || entry["level"] == "import") continue;
    SCOPED_TRACE(entry["name"].get<std::string>());
    const auto error = error_of([&] {
      const gadget::Snapshot snapshot = open(entry);
      snapshot.for_each_block(
          gadget::cdm_type, {}, [](gadget::ParticleBlock&) {}, small_block);
    });
    ASSERT_TRUE(error) << "accepted";
    EXPECT_TRUE(error->agreed());
    EXPECT_EQ(static_cast<int>(error->code()), entry["code"]) << error->what();
    const std::string text = error->what();
    EXPECT_NE(text.find(entry["message"].get<std::string>()), std::string::npos) << text;
    EXPECT_NE(text.find(entry["name"].get<std::string>()), std::string::npos) << text;
    ++defects;
  }
  EXPECT_GE(defects, 30u);
}

TEST_F(SnapshotSet, neutrinos_and_single_fields_are_read_alone) {
  const auto snapshot = gadget::Snapshot::open(world_, snapshots / "swift-neutrinos-files");
  EXPECT_EQ(snapshot.header().neutrino_type, 6);
  EXPECT_EQ(snapshot.files().size(), 3u);
  std::uint64_t visited = 0, positions = 0;
  snapshot.for_each_block(6, {.position = false, .velocity = false, .id = true},
                          [&](gadget::ParticleBlock& block) {
                            visited += block.id.size();
                            positions += block.position_mpch.size();
                          });
  EXPECT_EQ(world_.all_reduce(visited), manifest_["particles"]);
  EXPECT_EQ(positions, 0u);
  // Omega of the particles is complete, since neutrinos are among them.
  EXPECT_NEAR(snapshot.header().Omega_particles, snapshot.header().Omega_m, 1e-3);
}

TEST_F(SnapshotSet, shares_of_ranks_are_even_and_consecutive) {
  const auto snapshot = gadget::Snapshot::open(world_, snapshots / "g1-files");
  std::uint64_t count = 0, next = 0;
  snapshot.for_each_block(
      gadget::cdm_type, {.position = true, .velocity = false, .id = false},
      [&](gadget::ParticleBlock& block) {
        EXPECT_LE(block.count, small_block);
        if (block.count == 0) return;
        EXPECT_TRUE(count == 0 || block.first == next) << block.first;
        next = block.first + block.count;
        count += block.count;
      },
      small_block);
  const std::uint64_t total = manifest_["particles"];
  EXPECT_EQ(world_.all_reduce(count), total);
  const std::uint64_t fair = total / static_cast<std::uint64_t>(world_.size());
  EXPECT_TRUE(count == fair || count == fair + 1) << count;
}

TEST_F(SnapshotSet, stated_cosmology_and_units_replace_those_of_the_header) {
  const gadget::ReaderOptions options{.length_unit = gadget::LengthUnit::kpch,
                                      .box_size_mpch = 125.0,
                                      .redshift = 1.0,
                                      .Omega_m = 0.3,
                                      .Omega_lambda = 0.7,
                                      .h = 0.7};
  const auto snapshot = gadget::Snapshot::open(world_, snapshots / "b-time", options);
  EXPECT_EQ(snapshot.header().redshift, 1.0);
  EXPECT_EQ(snapshot.header().Omega_m, 0.3);
  EXPECT_EQ(snapshot.header().h, 0.7);
  EXPECT_EQ(snapshot.header().length_evidence, "stated by import.length_unit");
}

}  // namespace
}  // namespace nubox::test
