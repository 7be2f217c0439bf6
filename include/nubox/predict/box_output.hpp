#pragma once

#include "nubox/core/error.hpp"
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

/// A box could not be written: the next ones could not either.
class OutputError : public Error {
 public:
  explicit OutputError(const Error& error) : Error(error) {}
};

/// Writes predicted boxes, and finds those that an earlier run has written.
class BoxOutput {
 public:
  /// Rank-local. @throws UsageError for datasets that a snapshot cannot hold
  explicit BoxOutput(const BoxOutputOptions& options);

  /// True if `path` holds the box that `recipe` describes: attributes of its header, which a
  /// snapshot has under /Nubox. All of the box is read, and checksums of a field file are verified;
  /// a damaged box counts as missing. Collective.
  /// @throws InputError (agreed) if an intact box of another run has that name
  [[nodiscard]] bool is_complete_output(const par::Comm& comm, const std::filesystem::path& path,
                                        std::size_t n, const io::Attributes& recipe) const;

  /// The files that write() makes of a box of n^3 particles under this name. Rank-local.
  /// @throws UsageError (a name that no snapshot can have)
  [[nodiscard]] std::vector<io::PlannedFile> planned_files(const std::filesystem::path& path,
                                                           std::size_t n) const;

  /// Writes a box and creates its directory. The files appear under their names when the
  /// publication is finished; the box may be destroyed before.
  ///
  /// @param density_nu  density contrast of the neutrinos; null: none
  /// Collective. @throws OutputError (agreed)
  io::Publication write(const std::filesystem::path& path, const field::Box& box,
                        const field::LatticeField* density_nu) const;

  /// Checks that a box of an input with or without velocities can be written in this format.
  /// Rank-local. @throws InputError
  void require_possible(bool has_velocity) const;

 private:
  BoxOutputOptions options_;
};

}  // namespace nubox::predict
