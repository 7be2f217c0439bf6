#pragma once

#include "nubox/io/table_file.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/train/train_options.hpp"

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>

namespace nubox::train {

/// Progress of a training. Crops and augmentation are functions of (seed, epoch, crop), so that no
/// generator state is needed and any number of ranks can resume from here.
struct Position {
  std::uint64_t epoch = 0;
  std::uint64_t samples = 0;  ///< completed crops of this epoch
  std::uint64_t steps = 0;    ///< completed steps of all epochs
  double best_score =
      std::numeric_limits<double>::infinity();                 ///< of train.select; lower is better
  double best_loss = std::numeric_limits<double>::infinity();  ///< validation loss of that model
  double seconds = 0;  ///< since the start of the training, earlier runs included
};

/// Identifies a training; a checkpoint is read only by the training that wrote it.
struct Identity {
  std::string config_hash;
  std::string data_manifest;
  io::Attributes option_values;  ///< which config_hash covers
};

/// The checkpoints of one training: <directory>/ckpt-<steps>.h5, written atomically; the last two
/// are kept. All operations are collective.
class Checkpoints {
 public:
  Checkpoints(const par::Comm& comm, std::filesystem::path directory, Identity identity);

  /// Writes the state with progress and identity, then removes old checkpoints.
  /// @throws FileSystemError (agreed)
  void save(const Position& position, io::TableFile state);

  struct Loaded {
    Position position;
    io::TableFile state;
    std::filesystem::path path;
  };
  /// Resume::newest: the newest intact checkpoint, if there is one; damaged ones are skipped with a
  /// warning. never: none, and old checkpoints are removed. file: this file.
  /// @throws InputError (a named file is damaged), UsageError (other configuration or data); agreed
  [[nodiscard]] std::optional<Loaded> load(Resume resume, const std::filesystem::path& file = {});

 private:
  [[nodiscard]] std::vector<std::filesystem::path> list() const;
  /// " (train.batch is 4, not 8)"; empty for a checkpoint that does not list its options.
  [[nodiscard]] std::string differing_option(const io::TableFile& table) const;
  [[nodiscard]] Loaded read(const std::filesystem::path& path) const;
  void remove_all_but(std::size_t keep);
  par::Comm comm_;
  std::filesystem::path directory_;
  Identity identity_;
};

}  // namespace nubox::train
