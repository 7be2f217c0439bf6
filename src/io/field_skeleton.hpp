#pragma once

#include "nubox/io/field_file.hpp"
#include "nubox/io/file_frame.hpp"

#include "io/slab_dataset.hpp"

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace nubox::io {

/// Attributes of a dataset that follow from its name. A stored value times a^a_exponent
/// h^h_exponent is physical.
struct KnownDataset {
  const char* name;
  const char* units;
  const char* description;
  std::int64_t a_exponent;
  std::int64_t h_exponent;
  std::size_t components = vector_components;
};

inline constexpr std::array<KnownDataset, 4> known_datasets{{
    {"displacement", "Mpc/h",
     "comoving displacement x - q from the lattice site q = (index + offset) L/N, minimum image; "
     "[component][x][y][z]",
     1, -1},
    {"velocity", "km/s",
     "peculiar velocity a dx/dt of the particle of each lattice site; [component][x][y][z]", 0, 0},
    {"momentum", "Mpc/h",
     "momentum a^2 dx/dt / H0 of the particle of each lattice site, 100 a^-1 of it is the peculiar "
     "velocity in km/s; relative to the moving frame in checkpoints of COLA; [component][x][y][z]",
     -1, 0},
    {"density_nu", "1", "density contrast of the neutrinos at the mesh points i L/M; [x][y][z]", 0,
     0, 1},
}};
/// @throws InternalError
[[nodiscard]] const KnownDataset& known_dataset(const std::string& name);

struct NamedChecksum {
  std::string name;
  std::string checksum;
  std::size_t n;  ///< points per side
  [[nodiscard]] GridShape shape() const { return {known_dataset(name).components, n}; }
};

/// The frame of a field file. It is built in memory and written to disk by plain writes, because a
/// close that fails in HDF5 1.10 (on a full disk) leaves the identifier open and MPI_Finalize
/// crashes on it. The layout is the same for both values of the end mark. Rank-local.
[[nodiscard]] FileFrame make_skeleton(const FieldHeader& header,
                                      std::span<const NamedChecksum> datasets, bool complete);

/// Writes an incomplete skeleton with the disk space for the values reserved; overwrites `path`.
/// Rank-local. @throws FileSystemError (full disk, quota ...)
void write_incomplete_skeleton(const std::filesystem::path& path, const FieldHeader& header,
                               std::span<const NamedChecksum> datasets);

/// Writes the complete skeleton over the incomplete one. Rank-local. @throws FileSystemError
void complete_skeleton(const std::filesystem::path& path, const FieldHeader& header,
                       std::span<const NamedChecksum> datasets);

}  // namespace nubox::io
