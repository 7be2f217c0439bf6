#pragma once

#include "nubox/io/digest.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace nubox::train {

/// A directory `pair-<seed>`: one massless box, and massive boxes with the same phases.
struct Realisation {
  std::string name;
  std::filesystem::path massless;
  std::vector<std::filesystem::path> massive;
};

struct PairSplit {
  std::vector<Realisation> training, validation, test;
};

/// Splits directories into training, validation and test.
///
/// @param patterns   names of directories or shell wildcards. The matches of each wildcard are
/// split
///                   by themselves, so that every part has its fraction of each kind of pair; all
///                   directories without wildcards are split together
/// @param fractions  of the three parts, in the order of the directories
/// Rank-local. @throws UsageError for no pattern, a directory named twice or bad fractions;
///             InputError if nothing matches or a directory contains no pair
[[nodiscard]] PairSplit split_pairs(const std::vector<std::string>& patterns,
                                    const std::vector<double>& fractions);

/// All files that a training reads, realisation by realisation: training, then validation.
/// Rank-local.
[[nodiscard]] std::vector<std::filesystem::path> input_files(const PairSplit& split);

/// Number of pairs of a massless and a massive box. Rank-local.
[[nodiscard]] std::size_t pair_count(const std::vector<Realisation>& realisations);

/// Checksum over the names and contents of the files, in this order. Rank-local.
[[nodiscard]] std::string manifest(const std::vector<std::filesystem::path>& files,
                                   const io::InputDigests& digests);

}  // namespace nubox::train
