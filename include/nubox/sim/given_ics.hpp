#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/fft/mesh_field.hpp"
#include "nubox/field/lattice_field.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/sim/particles.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace nubox::sim {

/// Initial conditions in a field file (simulate.ics): a massless box, still in the linear regime,
/// whose phases every neutrino mass takes.
struct GivenIcs {
  std::filesystem::path path;
  io::FieldHeader header;             ///< of the file
  std::string displacement_checksum;  ///< identify the file in the headers of outputs
  std::string velocity_checksum;      ///< empty if the file has no velocities
  /// The massless box goes on from the positions and velocities of the file themselves.
  bool continued = false;
  cosmology::Parameters massless{};  ///< cosmology of the run without neutrino mass
};

/// What a run expects of the file.
struct IcsExpectation {
  std::size_t n = 0;
  double box_size_mpch = 0;
  cosmology::Parameters parameters;
  bool continued = false;
};

/// Opens the file and compares its header with the run. Its values are not read. Collective.
/// @throws InputError (agreed) for another box, lattice or cosmology, a massive box, or missing
///         velocities of a box to be continued; FileSystemError (agreed)
[[nodiscard]] GivenIcs open_ics(const par::Comm& comm, const std::filesystem::path& path,
                                const IcsExpectation& expected);

/// Linear density of the initial conditions at their redshift, modes on the mesh of the lattice,
/// without the Nyquist planes. For order 1 it is delta(k) = -i k psi(k), the inverse of
/// zeldovich_displacement(); for order 2 the one whose first and second order together give that
/// divergence (fixed-point iteration).
///
/// @param massless  linear theory without neutrino mass, the measure of the power
/// Collective. @throws InputError (agreed) if the displacement is no linear field of that theory:
///         rms above the particle spacing, a transverse part, or other power
[[nodiscard]] fft::MeshField recover_density(const par::Comm& comm, const GivenIcs& ics,
                                             const cosmology::LinearTheory& massless,
                                             int lpt_order);

/// First and, for order 2, second order of the displacement at scale factor a in the cosmology of
/// `theory` with the phases of the file, as lagrangian_orders() has them. The first order is that
/// of the file, its displacement less the second order, times the square root of the ratio of the
/// power spectra, mode by mode. So it keeps the modes on the Nyquist planes too, and is that of the
/// file bit for bit where the ratio is one. Collective. @throws as recover_density()
[[nodiscard]] std::vector<field::LatticeField> orders_with_phases_of(
    const par::Comm& comm, const GivenIcs& ics, const cosmology::LinearTheory& massless,
    const cosmology::LinearTheory& theory, double a, int lpt_order);

/// Particles of such orders: momentum a^2 E (f1(k) psi1 + f2 psi2), with growth rates as in
/// lagrangian_particles(). Collective.
[[nodiscard]] Particles particles_of_orders(std::vector<field::LatticeField> orders,
                                            const cosmology::LinearTheory& theory, double a);

/// Reads the initial conditions of a run and refuses those that a mass could not start from, before
/// anything is written: all but a massless box that is continued need a linear field. Collective.
/// @throws as recover_density()
void require_usable(const par::Comm& comm, const GivenIcs& ics,
                    const cosmology::LinearTheory& massless, int lpt_order,
                    const std::vector<double>& masses_eV);

/// Positions and velocities of the file. Collective.
/// @throws InputError if the file has no velocities; FileSystemError (agreed)
[[nodiscard]] Particles read_particles(const par::Comm& comm, const GivenIcs& ics);

/// Writes into the header of an output where its phases come from: seed and noise as far as the
/// file tells, the lattice offset, and the checksums. Rank-local.
void describe(const GivenIcs& ics, double M_nu_eV, io::FieldHeader& header);

}  // namespace nubox::sim
