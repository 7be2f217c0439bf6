#pragma once

#include "nubox/io/digest.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace nubox::train {

/// A directory `pair-<seed>`: one massless box and its massive twins.
struct Realisation {
  std::string name;
  std::filesystem::path massless;
  std::vector<std::filesystem::path> massive;
};

struct PairSplit {
  std::vector<Realisation> training, validation, test;
};

/// Directories that match the patterns (shell wildcards), in order, cut into the three parts by the
/// fractions: the matches of every wildcard on their own, so that each kind of pair has its share
/// in every part, and all directories named without wildcards together. Rank-local.
/// @throws UsageError for no pattern or bad fractions; InputError if nothing matches or a directory
///         holds no pair
[[nodiscard]] PairSplit split_pairs(const std::vector<std::string>& patterns,
                                    const std::vector<double>& fractions);

/// All files that a training reads, realisation by realisation: training, then validation.
/// Rank-local.
[[nodiscard]] std::vector<std::filesystem::path> input_files(const PairSplit& split);

/// Number of pairs of a massless and a massive box. Rank-local.
[[nodiscard]] std::size_t pair_count(const std::vector<Realisation>& realisations);

/// One checksum over the contents of the files that training reads, in this order. Rank-local.
[[nodiscard]] std::string manifest(const std::vector<std::filesystem::path>& files,
                                   const io::InputDigests& digests);

}  // namespace nubox::train
