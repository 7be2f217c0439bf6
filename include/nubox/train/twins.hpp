#pragma once

#include "nubox/par/comm.hpp"
#include "nubox/train/pair_list.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

namespace nubox::train {

/// The files of a massless box and of one massive box with the same phases.
struct Twins {
  std::filesystem::path massless, massive;
};

/// Number of pairs that a calibration point is fitted to.
inline constexpr std::size_t pairs_per_point = 4;

/// Pairs by force class (prior::force_class) and neutrino mass in eV.
using TwinGroups = std::map<std::pair<std::size_t, double>, std::vector<Twins>>;

/// The first pairs_per_point training pairs of each force class and mass, in the order of the
/// realisations. Collective. @throws InputError, FileSystemError (agreed)
[[nodiscard]] TwinGroups twin_groups(const par::Comm& comm,
                                     const std::vector<Realisation>& training);

}  // namespace nubox::train
