#include "nubox/gadget/snapshot_set.hpp"

#include "gadget/snapshots.hpp"
#include "support/files.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

/// Damages copies of a one-file snapshot and reads them: whatever the damage, the outcome is data
/// or an error of the input, never a crash, a hang or an error of our own.
class DamagedFiles : public testing::Test {
 protected:
  /// Whether the damaged file was taken.
  bool taken(const std::string& bytes) {
    overwrite(path_, bytes);
    const auto error = error_of([&] {
      const auto snapshot = gadget::Snapshot::open(self_, path_);
      snapshot.for_each_block(gadget::cdm_type, {}, [](gadget::ParticleBlock&) {});
    });
    if (!error) return true;
    EXPECT_TRUE(error->code() == ExitCode::input || error->code() == ExitCode::filesystem)
        << error->what();
    EXPECT_NE(std::string(error->what()).find(path_.string()), std::string::npos) << error->what();
    return false;
  }

  /// Flips one bit of every byte below `end`, another bit each time; returns how many were taken.
  std::size_t flips_taken(const std::string& name, std::size_t end) {
    const std::string sound = contents_of(snapshots / name);
    EXPECT_TRUE(taken(sound));
    std::size_t count = 0;
    for (std::size_t i = 0; i < std::min(end, sound.size()); ++i) {
      std::string flipped = sound;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
      count += taken(flipped) ? 1 : 0;
    }
    return count;
  }

  std::size_t cuts_taken(const std::string& name, std::size_t step) {
    const std::string sound = contents_of(snapshots / name);
    std::size_t count = 0;
    for (std::size_t size = 0; size < sound.size(); size += step) {
      count += taken(sound.substr(0, size)) ? 1 : 0;
    }
    return count;
  }

  const par::Comm self_ = par::Comm::self();
  const TemporaryDirectory directory_{self_};
  const std::filesystem::path path_ = directory_ / "damaged.0";
};

TEST_F(DamagedFiles, flipped_header_bits_of_binary_files_never_crash) {
  // The record length, counts of the particles of this file and the marker behind the header are
  // guarded to the last bit; most other bytes are flags and fill that nobody reads, and low bits of
  // real numbers.
  const std::size_t guarded = 4 + 6 * 4, header = 264;
  EXPECT_EQ(flips_taken("g1-little-id32", guarded), 0u);
  EXPECT_LE(flips_taken("g1-little-id32", header), header - guarded - 4);
  EXPECT_LE(flips_taken("g2-big-id32", header + 16), header + 16 - guarded - 4);
}

TEST_F(DamagedFiles, binary_files_cut_anywhere_are_refused) {
  EXPECT_EQ(cuts_taken("g1-little-id32", 97), 0u);
  EXPECT_EQ(cuts_taken("g2-little-id64", 97), 0u);
}

TEST_F(DamagedFiles, hdf5_files_cut_anywhere_are_refused) {
  EXPECT_EQ(cuts_taken("h5-f4-u4.hdf5", 211), 0u);
}

}  // namespace
}  // namespace nubox::test
