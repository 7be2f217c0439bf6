#pragma once

#include "nubox/io/field_header.hpp"
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

/// Bytes per read or write call: HDF5 before 1.12.3 fails at 2 GiB, and old MPI-IO layers wrote
/// wrong bytes just below it.
inline constexpr std::size_t default_transfer_bytes = std::size_t{1} << 30;

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
  /// Checksum stored with an existing dataset; does not read its values.
  [[nodiscard]] const std::string& checksum(const std::string& dataset) const;
  /// Points per side: n of the header, for density_nu that of its mesh; 0 if there is no such
  /// dataset.
  [[nodiscard]] std::size_t n_of(const std::string& dataset) const;
  /// This rank's x slab of a dataset: [3][count][N][N], of density_nu [count][M][M]. Verifies the
  /// stored checksum over all ranks. @throws InputError naming dataset and file on a mismatch
  [[nodiscard]] std::vector<float> read(const std::string& dataset, const par::SlabLayout& layout,
                                        std::size_t transfer_bytes = default_transfer_bytes) const;
  /// Asks the system to read this rank's slab of every lattice dataset ahead in the background.
  /// Collective. @throws FileSystemError (agreed)
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

/// Writes a field file in parallel. The file appears under its name when the returned publication
/// is finished; header and values need not live until then. Collective.
/// @throws FileSystemError (agreed)
Publication write_field_file(const par::SlabLayout& layout, const std::filesystem::path& path,
                             const FieldHeader& header, std::span<const FieldDataset> datasets,
                             std::size_t transfer_bytes = default_transfer_bytes);

}  // namespace nubox::io
