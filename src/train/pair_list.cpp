#include "nubox/train/pair_list.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"
#include "nubox/io/paths.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace nubox::train {
namespace {

namespace fs = std::filesystem;

Realisation realisation_of(const fs::path& directory) {
  if (!fs::is_directory(directory))
    throw InputError("{} is not a directory pair-<seed>", directory.string());
  Realisation realisation{directory.filename().string(), directory / "mnu-0.000.h5", {}};
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("mnu-") && name.ends_with(".h5") && entry.path() != realisation.massless) {
      realisation.massive.push_back(entry.path());
    }
  }
  std::ranges::sort(realisation.massive);
  if (!fs::exists(realisation.massless) || realisation.massive.empty()) {
    throw InputError(
        "{} contains no pair: mnu-0.000.h5 and at least one massive mnu-<eV>.h5 are needed",
        directory.string());
  }
  return realisation;
}

/// Realisations that are split together: those without wildcards, or the matches of one wildcard.
using Group = std::vector<Realisation>;

std::vector<Group> groups_of(const std::vector<std::string>& patterns) {
  std::vector<Group> groups(1);
  std::set<fs::path> seen;
  for (const std::string& pattern : patterns) {
    const bool wild = io::has_wildcards(pattern);
    if (wild) groups.emplace_back();
    Group& group = wild ? groups.back() : groups.front();
    for (const fs::path& directory : io::matching_paths(pattern, "data.pairs")) {
      // The same box could be in training and in validation.
      if (!seen.insert(fs::canonical(directory)).second) {
        throw UsageError("data.pairs names {} twice", directory.string());
      }
      group.push_back(realisation_of(directory));
    }
  }
  return groups;
}

}  // namespace

PairSplit split_pairs(const std::vector<std::string>& patterns,
                      const std::vector<double>& fractions) {
  if (patterns.empty()) throw UsageError("'data.pairs' must be given: directories pair-<seed>");
  const double sum = std::accumulate(fractions.begin(), fractions.end(), 0.0);
  if (fractions.size() != 3 || std::abs(sum - 1) > 1e-6) {
    throw UsageError(
        "data.split must be three fractions that add up to 1 (training, validation, test)");
  }
  PairSplit split;
  std::size_t all = 0;
  for (const Group& group : groups_of(patterns)) {
    // Directories are sorted as text (pair-10 before pair-2); the order only has to be
    // reproducible.
    const auto count = static_cast<double>(group.size());
    const auto training = std::lround(count * fractions[0]);
    const auto validated = std::lround(count * (fractions[0] + fractions[1]));
    const auto append = [&](std::vector<Realisation>& part, long first, long last) {
      part.insert(part.end(), group.begin() + first, group.begin() + last);
    };
    append(split.training, 0, training);
    append(split.validation, training, validated);
    append(split.test, validated, std::ssize(group));
    all += group.size();
  }
  if (split.training.empty())
    throw UsageError("data.split leaves none of {} realisations for training", all);
  return split;
}

std::vector<fs::path> input_files(const PairSplit& split) {
  std::vector<fs::path> files;
  for (const auto* part : {&split.training, &split.validation}) {
    for (const Realisation& realisation : *part) {
      files.push_back(realisation.massless);
      files.insert(files.end(), realisation.massive.begin(), realisation.massive.end());
    }
  }
  return files;
}

std::size_t pair_count(const std::vector<Realisation>& realisations) {
  std::size_t pairs = 0;
  for (const Realisation& realisation : realisations) pairs += realisation.massive.size();
  return pairs;
}

std::string manifest(const std::vector<fs::path>& files, const io::InputDigests& digests) {
  std::string text;
  for (const fs::path& file : files) {
    text += fmt::format("{} {}\n", file.filename().string(), digests.at(file.string()).checksum);
  }
  return checksum_text(checksum_of(std::span<const char>(text)));
}

}  // namespace nubox::train
