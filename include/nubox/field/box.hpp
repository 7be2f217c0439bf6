#pragma once

#include "nubox/field/lattice_field.hpp"
#include "nubox/io/field_file.hpp"

#include <filesystem>
#include <optional>

namespace nubox::field {

/// Contents of a field file in memory: header, displacement (Mpc/h) and, if present, velocity
/// (km/s).
struct Box {
  io::FieldHeader header;
  LatticeField displacement;
  std::optional<LatticeField> velocity;
};

/// Size of displacement and velocity of n^3 particles, in memory and in a file, bytes.
[[nodiscard]] constexpr double box_bytes(std::size_t n) {
  const auto side = static_cast<double>(n);
  return 6 * sizeof(float) * side * side * side;
}

/// Reads the slabs of this rank, verifies checksums, refuses non-finite values and |displacement| >
/// L/2. Collective. @throws InputError, FileSystemError (agreed)
[[nodiscard]] Box read_box(const par::Comm& comm, const std::filesystem::path& path);
/// The same from a file that is open on `comm`; `path` is its name in error messages.
[[nodiscard]] Box read_box(const par::Comm& comm, const io::FieldFile& file,
                           const std::filesystem::path& path);

/// The neutrino density contrast of a field file, [1][count][M][M] on the mesh points i L/M; none
/// if the file has no /density_nu. Collective. @throws InputError, FileSystemError (agreed)
[[nodiscard]] std::optional<LatticeField> read_density_nu(const par::Comm& comm,
                                                          const std::filesystem::path& path);

/// Writes a field file, with the neutrino density contrast if it is given. The file appears under
/// its name when the publication is finished. Collective. @throws FileSystemError (agreed)
io::Publication write_box(const std::filesystem::path& path, const Box& box,
                          const LatticeField* density_nu = nullptr);

}  // namespace nubox::field
