#pragma once

#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/io/field_file.hpp"

#include "predict/prediction_setup.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace nubox::predict {

/// The massless box of a task: a field file, or a Gadget snapshot that is imported on the fly.
class InputBox {
 public:
  /// Opens the file and reads its header. Collective. @throws InputError, FileSystemError (agreed)
  InputBox(const PredictionSetup& setup, std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] bool is_snapshot() const { return snapshot_.has_value(); }
  [[nodiscard]] const io::FieldHeader& header() const { return header_; }
  [[nodiscard]] bool has_velocity() const;
  [[nodiscard]] std::vector<std::filesystem::path> files() const;

  /// Attributes that identify the contents: the checksums of a field file; of a snapshot, which has
  /// none, that of samples of its files (io::sampled_checksum). Collective.
  [[nodiscard]] io::Attributes identity() const;

  /// Reads the box and checks it against linear theory. The particles of a snapshot are read once
  /// and kept as long as they are needed.
  ///
  /// @param last  no other box of this input is predicted after this one
  /// Collective. @throws as field::read_box, snapshot::import_cdm
  [[nodiscard]] field::Box read(const cosmology::LinearTheory& massless, bool last);

  /// Asks the system to read the files of another input ahead. Collective; failures are left to
  /// their reader.
  static void read_ahead(const par::Comm& comm, const std::filesystem::path& path);
  /// The same for this input, unless it is in memory.
  void read_ahead() const;

 private:
  [[nodiscard]] field::Box import(const cosmology::LinearTheory& massless) const;

  const PredictionSetup* setup_;
  std::filesystem::path path_;
  std::optional<io::FieldFile> file_;
  std::optional<gadget::Snapshot> snapshot_;
  io::FieldHeader header_;
  std::optional<field::Box> kept_;  ///< of a snapshot, for the next box
};

}  // namespace nubox::predict
