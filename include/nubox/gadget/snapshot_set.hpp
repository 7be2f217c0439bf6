#pragma once

#include "nubox/par/comm.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace nubox::gadget {

/// Number of particle types: the six of Gadget, and the neutrinos of SWIFT (PartType6).
inline constexpr std::size_t type_count = 7;
/// Type of the cold dark matter unless an option names another one.
inline constexpr int cdm_type = 1;

enum class LengthUnit { automatic, kpch, mpch };

/// What the user states about a snapshot. Numbers replace those of the header (old files contain
/// zeros there).
struct ReaderOptions {
  LengthUnit length_unit = LengthUnit::automatic;
  std::optional<double> box_size_mpch{}, redshift{}, Omega_m{}, Omega_lambda{}, h{}, M_nu_eV{};
  std::optional<int> cdm_type{}, neutrino_type{};
};

/// Header of a whole set of files, in the units of this program.
struct Header {
  std::string format;  ///< "gadget-1", "gadget-2" (binary), "gadget-hdf5", "gadget-4", "swift"
  double box_size_mpch = 0;
  double redshift = 0;
  /// Zero if neither file nor options give it. Omega_m contains the neutrinos, which the Omega_m of
  /// SWIFT files does not.
  double Omega_m = 0, Omega_lambda = 0, h = 0;
  std::optional<double> Omega_b;  ///< SWIFT files alone have it
  std::optional<double> M_nu_eV;  ///< sum of the masses, as stated by option or by a SWIFT file
  std::array<std::uint64_t, type_count> counts{};    ///< particles of all files
  std::array<double, type_count> mass_1e10_msunh{};  ///< mean by type; zero if the file has none
  std::array<double, type_count> mass_ratio{};  ///< largest to smallest by type; zero if unknown
  /// Sum of N m over all types in units of the critical density; zero if a mass is missing. Below
  /// Omega_m if neutrinos are not sampled by particles.
  double Omega_particles = 0;
  int files = 1;
  int cdm_type = gadget::cdm_type;
  int neutrino_type = 2;              ///< 6 in SWIFT files
  bool has_neutrino_weights = false;  ///< delta-f weights of SWIFT
  bool has_velocity = false, has_id = false;
  bool double_precision = false;  ///< positions of 8 bytes
  int id_bytes = 0;
  std::string length_unit;  ///< "kpc/h", "Mpc/h", without h in SWIFT files, or in cm
  std::string
      length_evidence;  ///< source of the unit: an attribute, the particle masses, an option
  std::string velocity_convention;  ///< conversion of the stored velocities to peculiar ones
};

/// Quantities to read.
struct ParticleFields {
  bool position = true, velocity = true, id = true;
};

/// A block of particles of one type; quantities that were not requested are empty.
struct ParticleBlock {
  std::uint64_t first = 0;  ///< index of the first particle in the set, files in order
  std::size_t count = 0;
  std::vector<double> position_mpch;  ///< [count][3], comoving, in [0, L)
  std::vector<float> velocity_kms;    ///< [count][3], peculiar a dx/dt
  std::vector<std::uint64_t> id;      ///< [count], as stored
};

/// Particles per block: about 3 MB, which remain in the cache between reading and use.
inline constexpr std::size_t default_block_particles = std::size_t{1} << 16;

/// A Gadget snapshot of one or many files: binary format 1 or 2 in either byte order, or HDF5 as
/// written by Gadget-2/3/4 and SWIFT. Keeps a reference to the communicator.
class Snapshot {
 public:
  /// Finds the files as Pylians does (the path itself, then path.0, path.hdf5, path.0.hdf5; the
  /// name of one file of a set selects the whole set), reads all headers, each by one rank, and
  /// checks headers and block sizes against each other and against the sizes of the files.
  /// Collective.
  /// Masses that the header does not give are read from their blocks, all of them.
  /// @throws FileSystemError (a file is missing), InputError naming file, block and numbers; agreed
  [[nodiscard]] static Snapshot open(const par::Comm& comm, const std::filesystem::path& path,
                                     const ReaderOptions& options = {});
  Snapshot(Snapshot&&) noexcept;
  Snapshot& operator=(Snapshot&&) noexcept;
  ~Snapshot();

  [[nodiscard]] const Header& header() const;
  /// The files in order, for provenance.
  [[nodiscard]] const std::vector<std::filesystem::path>& files() const;

  /// Calls `visit` for this rank's share of the particles of a type (an equal part of the particles
  /// of all files, in file order) in blocks of at most `block_particles`. All ranks make the same
  /// number of calls, the last ones with empty blocks if need be, so `visit` may be collective. A
  /// block is valid during its call only. Ranks are not synchronised between calls: after a read
  /// error on a rank its blocks are empty, and all ranks throw after the last call.
  /// Positions and velocities are checked: finite, positions inside the box but for rounding, and,
  /// after the last call, not all in one corner of it (inconsistent units of positions and box).
  /// Collective. @throws InputError, FileSystemError (agreed)
  void for_each_block(int type, const ParticleFields& fields,
                      const std::function<void(ParticleBlock&)>& visit,
                      std::size_t block_particles = default_block_particles) const;

 private:
  struct Impl;
  explicit Snapshot(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The files of the snapshot `path`, found as by Snapshot::open from the header of the first one.
/// Collective. @throws FileSystemError, InputError; agreed
[[nodiscard]] std::vector<std::filesystem::path> files_of_snapshot(
    const par::Comm& comm, const std::filesystem::path& path);

/// Whether `path`, or a name derived from it as for Snapshot::open, is a Gadget snapshot of any
/// format. Looks at the first bytes or the HDF5 groups only. Rank-local.
[[nodiscard]] bool is_snapshot(const std::filesystem::path& path);

}  // namespace nubox::gadget
