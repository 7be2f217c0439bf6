#pragma once

#include "nubox/io/publish.hpp"
#include "nubox/par/slab.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace nubox::io {

using AttributeValue = std::variant<std::int64_t, double, std::string>;
using Attributes = std::map<std::string, AttributeValue>;

inline constexpr int field_format_version = 1;

/// Attribute of a file with /density_nu: the assignment whose window its modes still hold, as of
/// painted particles (ngp, cic, tsc, pcs), or "none", as where it is missing.
inline constexpr const char* density_nu_window = "density_nu_window";

/// Bytes per read or write call: HDF5 before 1.12.3 fails at 2 GiB, and old MPI-IO layers wrote
/// just below it wrongly.
inline constexpr std::size_t default_transfer_bytes = std::size_t{1} << 30;

/// Root attributes of a field file (README, "Field file"). `seed` is negative where unknown.
struct FieldHeader {
  double box_size_mpch = 0;
  std::size_t n = 0;
  double lattice_offset_cells = 0;
  double redshift = 0;
  double Omega_m = 0, Omega_b = 0, h = 0, n_s = 0, A_s = 0;
  double M_nu_eV = 0;
  std::string species = "cdm";
  std::string origin;  ///< simulate, import, predict
  std::int64_t seed = -1;
  std::string code_version;  ///< filled on writing if empty
  Attributes extra;  ///< further attributes (noise convention, steps, mesh, prior, model ...)

  bool operator==(const FieldHeader&) const = default;
};

/// Throws an InputError that names both values unless box, lattice and cosmology (all but the
/// neutrino mass) agree to 1e-5 and the redshifts to 1e-3.
void require_same_box(const FieldHeader& a, const std::string& name_a, const FieldHeader& b,
                      const std::string& name_b);

/// An open field file. Construction and reading are collective; failures are agreed on all ranks.
/// Keeps a reference to `comm`.
class FieldFile {
 public:
  /// @throws FileSystemError if it cannot be opened, InputError if it is no complete nubox-field
  FieldFile(const par::Comm& comm, const std::filesystem::path& path);
  ~FieldFile();
  FieldFile(const FieldFile&) = delete;
  FieldFile& operator=(const FieldFile&) = delete;

  [[nodiscard]] const FieldHeader& header() const;
  [[nodiscard]] bool has(const std::string& dataset) const;
  /// What the file says of a dataset that it has, without reading its values.
  [[nodiscard]] const std::string& checksum(const std::string& dataset) const;
  /// Points per side: the header's n, but for density_nu the mesh's; 0 if it is not there.
  [[nodiscard]] std::size_t n_of(const std::string& dataset) const;
  /// This rank's x slab of a dataset: [3][count][N][N], of density_nu [count][M][M]. Verifies the
  /// stored checksum over all ranks. @throws InputError naming dataset and file on a mismatch
  [[nodiscard]] std::vector<float> read(const std::string& dataset, const par::SlabLayout& layout,
                                        std::size_t transfer_bytes = default_transfer_bytes) const;
  /// Asks the system to fetch this rank's slab of every dataset of the lattice from disk while the
  /// program does something else. Collective. @throws FileSystemError (agreed)
  void read_ahead() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A dataset to write: this rank's slab [3][count][N][N], of density_nu [count][M][M].
struct FieldDataset {
  std::string name;  ///< "displacement", "velocity" or "density_nu"
  std::span<const float> values;
  std::size_t mesh_n = 0;  ///< M of density_nu; the others have the lattice's n
};

/// Writes a field file in parallel; it stands under its name once the publication is finished, for
/// which neither header nor values are needed any more. Collective. @throws FileSystemError
/// (agreed)
Publication write_field_file(const par::SlabLayout& layout, const std::filesystem::path& path,
                             const FieldHeader& header, std::span<const FieldDataset> datasets,
                             std::size_t transfer_bytes = default_transfer_bytes);

}  // namespace nubox::io
