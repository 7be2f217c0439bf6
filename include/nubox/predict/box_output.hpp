#pragma once

#include "nubox/field/box.hpp"
#include "nubox/io/output_check.hpp"
#include "nubox/par/comm.hpp"

#include <cstddef>
#include <filesystem>
#include <vector>

namespace nubox::predict {

/// Field file (nubox-field), or Gadget HDF5 snapshot.
enum class BoxFormat { field, gadget };

struct BoxOutputOptions {
  BoxFormat format = BoxFormat::field;
  std::size_t files = 0;        ///< of a snapshot; 0: as few as keep each block below 1 GiB
  bool velocities = true;       ///< write them where the input has them
  bool neutrino_field = false;  ///< write the density contrast of the neutrinos
};

/// Writes predicted boxes, and finds those that an earlier run has written.
class BoxOutput {
 public:
  /// Rank-local. @throws UsageError for datasets that a snapshot cannot hold
  explicit BoxOutput(const BoxOutputOptions& options);

  /// True if `path` holds the box that `recipe` describes: attributes of its header, which a
  /// snapshot keeps under /Nubox. The box is read whole, a field file against its checksums; a
  /// damaged one counts as missing. Collective.
  /// @throws InputError (agreed) if a sound box of another run is there
  [[nodiscard]] bool is_complete_output(const par::Comm& comm, const std::filesystem::path& path,
                                        std::size_t n, const io::Attributes& recipe) const;

  /// The files that write() makes of a box of n^3 particles under this name. Rank-local.
  /// @throws UsageError (a name that no snapshot can have)
  [[nodiscard]] std::vector<io::PlannedFile> planned_files(const std::filesystem::path& path,
                                                           std::size_t n) const;

  /// Writes a box and creates its directory. The files appear under their names when the
  /// publication is finished, for which the box is not needed any more.
  ///
  /// @param density_nu  null: none
  /// Collective. @throws InputError, FileSystemError (agreed)
  io::Publication write(const std::filesystem::path& path, const field::Box& box,
                        const field::LatticeField* density_nu) const;

  /// Checks by its header that a box of this format can be made of an input. Rank-local.
  /// @throws InputError
  void require_possible(const io::FieldFile& input) const;

 private:
  BoxOutputOptions options_;
};

}  // namespace nubox::predict
