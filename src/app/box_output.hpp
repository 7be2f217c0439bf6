#pragma once

#include "nubox/config/config.hpp"
#include "nubox/field/box.hpp"
#include "nubox/par/comm.hpp"

#include <cstddef>
#include <filesystem>

namespace nubox::app {

/// Where predicted boxes go: field files, or Gadget HDF5 snapshots.
class BoxOutput {
 public:
  /// @throws UsageError for datasets that no snapshot can hold
  explicit BoxOutput(const config::Config& config);

  /// Looks for the box that `recipe` describes (attributes of its header, found in a snapshot under
  /// /Nubox) and reads it: a field file against its checksums; a snapshot, which has none, through
  /// all its particles. A damaged box counts as none. Collective.
  /// @throws InputError (agreed) if the box of another run stands there
  [[nodiscard]] bool is_complete_output(const par::Comm& comm, const std::filesystem::path& path,
                                        std::size_t n, const io::Attributes& recipe) const;

  /// `density_nu` may be null. The box stands once the publication is finished, for which it is not
  /// needed any more. Collective. @throws InputError, FileSystemError (agreed)
  io::Publication write(const std::filesystem::path& path, const field::Box& box,
                        const field::LatticeField* density_nu) const;

  /// Refuses, by the header, an input of which no such box can be made. Rank-local.
  /// @throws InputError
  void require_possible(const io::FieldFile& input) const;

 private:
  bool gadget_;
  std::size_t files_;
};

}  // namespace nubox::app
