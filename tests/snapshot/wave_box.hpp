#pragma once

#include "nubox/core/error.hpp"
#include "nubox/core/rng.hpp"
#include "nubox/field/box.hpp"
#include "nubox/gadget/particle_header.hpp"
#include "nubox/gadget/snapshot_writer.hpp"
#include "nubox/snapshot/export.hpp"
#include "nubox/snapshot/import.hpp"

#include "support/compare.hpp"
#include "support/temporary_directory.hpp"

#include <cmath>
#include <filesystem>
#include <functional>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::test {

inline constexpr std::size_t box_n = 16;
inline constexpr double box_mpch = 200;
inline constexpr double box_redshift = 1;

inline double growth_rate(double Omega_m, double redshift) {
  const double a3 = std::pow(1 + redshift, -3);
  return std::pow(Omega_m / a3 / (Omega_m / a3 + 1 - Omega_m), 0.55);
}

/// Displacement of a few long waves with amplitudes of some Mpc/h, similar to that of a simulation.
inline double wave(std::size_t c, std::size_t i, std::size_t j, std::size_t k) {
  const double turn = 2 * std::numbers::pi / static_cast<double>(box_n);
  const auto x = turn * static_cast<double>(i), y = turn * static_cast<double>(j),
             z = turn * static_cast<double>(k);
  const auto p = static_cast<double>(c);
  return 6 * std::sin(x + y + 0.7 * p) + 4 * std::cos(2 * z - x + p) - 3 * std::sin(y - z - 2 * p);
}

/// A box with these displacements and the velocities of linear theory. Collective.
inline field::Box wave_box(const par::Comm& comm, double offset_cells = 0) {
  io::FieldHeader header;
  header.box_size_mpch = box_mpch;
  header.n = box_n;
  header.lattice_offset_cells = offset_cells;
  header.redshift = box_redshift;
  header.cosmology.Omega_m = 0.3175;
  header.cosmology.Omega_b = 0.049;
  header.cosmology.h = 0.6711;
  header.cosmology.n_s = 0.9624;
  header.cosmology.A_s = 2.13e-9;
  header.origin = "simulate";
  header.seed = 5;
  const par::SlabLayout layout(comm, box_n);
  field::Box box{header, field::LatticeField(layout, 3, box_mpch), std::nullopt};
  box.velocity.emplace(layout, 3, box_mpch);
  const double a = 1 / (1 + box_redshift);
  const double E = std::sqrt(header.cosmology.Omega_m / (a * a * a) + 1 - header.cosmology.Omega_m);
  const double kms = 100 * a * E * growth_rate(header.cosmology.Omega_m, box_redshift);
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t s = 0; s < box.displacement.local_sites(); ++s) {
      const std::size_t i = layout.local().start + s / (box_n * box_n);
      const double psi = wave(c, i, s / box_n % box_n, s % box_n);
      box.displacement.component(c)[s] = static_cast<float>(psi);
      box.velocity->component(c)[s] = static_cast<float>(kms * psi);
    }
  }
  return box;
}

/// Deviations of a snapshot of the wave box from nubox's own export.
struct Writing {
  std::function<std::uint64_t(std::uint64_t site)> id = [](std::uint64_t site) { return site + 1; };
  double offset_cells = 0;
  double displacement_factor = 1;  ///< small for initial conditions
  double velocity_factor = 1;
  bool shuffled = true;
  gadget::Format format = gadget::Format::hdf5;
  std::size_t files = 3;
};

inline void write_waves(const par::Comm& comm, const std::filesystem::path& base,
                        const Writing& writing) {
  const par::Comm self = par::Comm::self();
  const field::Box box = wave_box(self);
  constexpr std::uint64_t count = box_n * box_n * box_n;
  const auto order = rng::permutation(3, writing.shuffled ? 1 : 2, count);
  const gadget::WriterOptions output{
      .format = writing.format,
      .files = writing.files,
      .particles = count,
      .box_size_mpch = box_mpch,
      .redshift = box_redshift,
      .Omega_m = 0.3175,
      .Omega_lambda = 0.6825,
      .h = 0.6711,
      .mass_1e10_msunh = gadget::particle_mass_1e10_msunh(0.3175, box_mpch, box_n),
      .provenance = {}};
  // An uneven share for each rank, none for the last of three.
  const auto ranks = static_cast<std::uint64_t>(comm.size());
  const auto rank = static_cast<std::uint64_t>(comm.rank());
  const std::uint64_t part = ranks > 1 ? count / (ranks - 1) : count;
  const std::uint64_t first = std::min(count, rank * part);
  const std::uint64_t mine = rank + 2 == ranks ? count - first : std::min(part, count - first);
  gadget::write_snapshot(
      comm, base, output, first, mine,
      [&](std::uint64_t from, std::size_t size, gadget::ParticleBlock& block) {
        block.position_mpch.clear();
        block.velocity_kms.clear();
        block.id.clear();
        for (std::uint64_t p = from; p < from + size; ++p) {
          const std::uint64_t site = writing.shuffled ? order[p] : p;
          const std::uint64_t index[3] = {site / (box_n * box_n), site / box_n % box_n,
                                          site % box_n};
          for (std::size_t c = 0; c < 3; ++c) {
            const double q =
                (static_cast<double>(index[c]) + writing.offset_cells) * box_mpch / box_n;
            const double x = q + writing.displacement_factor * box.displacement.component(c)[site];
            block.position_mpch.push_back(x - box_mpch * std::floor(x / box_mpch));
            block.velocity_kms.push_back(
                static_cast<float>(writing.velocity_factor * box.velocity->component(c)[site]));
          }
          block.id.push_back(writing.id(site));
        }
      })
      .finish();
}

/// Largest difference of two fields over all ranks, infinite if a value is not a number.
/// Collective.
inline double largest_difference(const field::LatticeField& a, const field::LatticeField& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    largest = std::max(largest, distance(a.values()[i], b.values()[i]));
  }
  return a.comm().all_reduce(largest, par::Reduction::max);
}

}  // namespace nubox::test
