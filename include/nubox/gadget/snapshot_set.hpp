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

/// Particle types of a snapshot: Gadget's six, and SWIFT's neutrinos (PartType6).
inline constexpr std::size_t type_count = 7;
inline constexpr int cdm_type = 1;

enum class LengthUnit { automatic, kpch, mpch };

/// What a user may say about a snapshot whose header does not (old files hold zeros there).
struct ReaderOptions {
  LengthUnit length_unit = LengthUnit::automatic;
  std::optional<double> box_size_mpch, redshift, Omega_m, Omega_lambda, h;
};

/// Header of a whole set of files, in the units of this program.
struct Header {
  std::string format;  ///< "gadget-1", "gadget-2" (binary), "gadget-hdf5", "gadget-4", "swift"
  double box_size_mpch = 0;
  double redshift = 0;
  double Omega_m = 0, Omega_lambda = 0, h = 0;       ///< zero where neither file nor options tell
  std::array<std::uint64_t, type_count> counts{};    ///< particles of all files
  std::array<double, type_count> mass_1e10_msunh{};  ///< zero where masses differ by particle
  /// sum of N m over all types in critical densities; zero where a mass is missing. Below Omega_m
  /// where neutrinos are no particles.
  double Omega_particles = 0;
  int files = 1;
  int neutrino_type = 2;  ///< 6 in SWIFT files
  bool has_velocity = false, has_id = false;
  bool double_precision = false;  ///< positions of 8 bytes
  int id_bytes = 0;
  std::string length_unit;          ///< "kpc/h", "Mpc/h", without h in SWIFT files, or in cm
  std::string length_evidence;      ///< why: an attribute, the particle mass, the user's option
  std::string velocity_convention;  ///< how velocities on disk became peculiar ones
};

/// Fields that a reading visits.
struct ParticleFields {
  bool position = true, velocity = true, id = true;
};

/// Some particles of one type; fields not asked for are empty.
struct ParticleBlock {
  std::uint64_t first = 0;  ///< index of the first one in the set, files in order
  std::size_t count = 0;
  std::vector<double> position_mpch;  ///< [count][3], comoving, in [0, L)
  std::vector<float> velocity_kms;    ///< [count][3], peculiar a dx/dt
  std::vector<std::uint64_t> id;      ///< [count], as stored
};

/// Particles per block: some 3 MB, which stay in the cache between reading and use.
inline constexpr std::size_t default_block_particles = std::size_t{1} << 16;

/// A Gadget snapshot of one or many files: binary format 1 or 2 of either byte order, or HDF5 as
/// Gadget-2/3/4 and SWIFT write it. Keeps a reference to the communicator.
class Snapshot {
 public:
  /// Finds the files as Pylians does (the path itself, then path.0, path.hdf5, path.0.hdf5; the
  /// name of one file of a set stands for the set), reads every header, dealt to ranks, and checks
  /// headers and block sizes against each other and against the sizes of the files. Collective.
  /// @throws FileSystemError (a file is missing), InputError naming file, block and numbers; agreed
  [[nodiscard]] static Snapshot open(const par::Comm& comm, const std::filesystem::path& path,
                                     const ReaderOptions& options = {});
  Snapshot(Snapshot&&) noexcept;
  Snapshot& operator=(Snapshot&&) noexcept;
  ~Snapshot();

  [[nodiscard]] const Header& header() const;
  /// The files in order, for provenance.
  [[nodiscard]] const std::vector<std::filesystem::path>& files() const;

  /// Visits this rank's share of a type (an even part of the particles of all files, in file order)
  /// in blocks of at most `block_particles`. The number of visits is equal on all ranks, with empty
  /// blocks at the end, so `visit` may be collective; the block is valid during the visit only.
  /// Ranks do not meet between visits: where one cannot read, its blocks are empty from there on,
  /// and all ranks throw after the last visit.
  /// Positions and velocities are checked: finite, positions inside the box but for rounding, and,
  /// after the last visit, not all in one corner of it (units that do not belong together).
  /// Collective. @throws InputError, FileSystemError (agreed)
  void for_each_block(int type, const ParticleFields& fields,
                      const std::function<void(ParticleBlock&)>& visit,
                      std::size_t block_particles = default_block_particles) const;

 private:
  struct Impl;
  explicit Snapshot(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Whether `path` or the names derived from it hold a Gadget snapshot (of any kind) rather than
/// another file: looks at the first bytes or the HDF5 groups only. Rank-local.
[[nodiscard]] bool is_snapshot(const std::filesystem::path& path);

}  // namespace nubox::gadget
