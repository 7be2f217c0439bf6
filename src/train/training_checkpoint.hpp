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

/// How far a training has come. No rank count and no generator state: samples and augmentation are
/// functions of (seed, epoch, crop), so any number of ranks can go on from here.
struct Position {
  std::uint64_t epoch = 0;
  std::uint64_t samples = 0;  ///< of this epoch, done
  std::uint64_t steps = 0;    ///< of all epochs, done
  double best_score =
      std::numeric_limits<double>::infinity();                 ///< of train.select; lower is better
  double best_loss = std::numeric_limits<double>::infinity();  ///< validation loss of that model
  double seconds = 0;  ///< used so far, earlier runs included
};

/// What a training must have in common with the one that wrote a checkpoint.
struct Identity {
  std::string config_hash;
  std::string data_manifest;
};

/// The checkpoints of one training: <directory>/ckpt-<steps>.h5, published atomically, the last two
/// kept. All operations are collective.
class Checkpoints {
 public:
  Checkpoints(const par::Comm& comm, std::filesystem::path directory, Identity identity);

  /// Adds progress and identity to the state's table, writes it, then removes the oldest ones.
  /// @throws FileSystemError (agreed)
  void save(const Position& position, io::TableFile state);

  struct Loaded {
    Position position;
    io::TableFile state;
    std::filesystem::path path;
  };
  /// Resume::newest: the newest checkpoint that verifies (damaged ones are reported and skipped),
  /// or nothing; never: nothing, and old checkpoints are removed; file: this file.
  /// @throws InputError (a named file is damaged), UsageError (other configuration or data); agreed
  [[nodiscard]] std::optional<Loaded> load(Resume resume, const std::filesystem::path& file = {});

 private:
  [[nodiscard]] std::vector<std::filesystem::path> list() const;
  [[nodiscard]] Loaded read(const std::filesystem::path& path) const;
  void remove_all_but(std::size_t keep);
  par::Comm comm_;
  std::filesystem::path directory_;
  Identity identity_;
};

}  // namespace nubox::train
