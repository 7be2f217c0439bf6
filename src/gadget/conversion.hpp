#pragma once

#include "gadget/snapshot_file.hpp"

#include <cstddef>
#include <span>
#include <string>

/// Conversion of stored numbers to the units of nubox, with checks. Rank-local.
namespace nubox::gadget {

/// Positions into [0, L). @throws InputError naming `where` and the first particle (counted from
/// `first`) that is not finite or outside the box
void convert_positions(const RawNumbers& raw, double length_mpch, double box_size_mpch,
                       std::span<double> position_mpch, const std::string& where,
                       std::uint64_t first);

/// Peculiar velocities in km/s. @throws InputError as above for a velocity that is not finite or
/// not below the speed of light
void convert_velocities(const RawNumbers& raw, double unit_kms, std::span<float> velocity_kms,
                        const std::string& where, std::uint64_t first);

/// Adds the first `count` masses. @throws InputError as above for a mass that is negative or not
/// finite
void add_masses(const RawNumbers& raw, std::size_t count, const std::string& where,
                std::uint64_t first, MassSum& masses);

void convert_ids(const RawNumbers& raw, std::span<std::uint64_t> id);

}  // namespace nubox::gadget
