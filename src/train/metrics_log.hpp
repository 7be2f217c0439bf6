#pragma once

#include "nubox/core/text_file.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/train/step_seconds.hpp"

#include "train/validator.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace nubox::train {

/// Means over the crops of a step.
struct Losses {
  double objective = 0;     ///< the minimised function
  double displacement = 0;  ///< the displacement loss; the same unless there are further terms
};

struct StepRecord {
  std::uint64_t epoch = 0, step = 0;
  std::size_t samples = 0;
  Losses loss;
  double learning_rate = 0, gradient_norm = 0;
  StepSeconds seconds;
  double gigaflop = 0;  ///< of the convolutions of all ranks
};

struct EpochRecord {
  std::uint64_t epoch = 0, epochs = 0, step = 0;
  double seconds = 0;              ///< since the start of the training, earlier runs included
  std::vector<std::string> boxes;  ///< names of the validation boxes
  std::optional<ValidationResult> validation;  ///< absent without validation boxes or if not due
  ValidationResult prior;                      ///< of the prior alone
  bool residual = true;                        ///< only then the loss of the prior has a meaning
};

/// metrics.jsonl: one JSON object per line, written by rank 0 and flushed. Every line has "kind"
/// ("step" or "epoch") and "step". Epochs are also logged, not all of them if they are many or
/// short.
class MetricsLog {
 public:
  /// Keeps the lines of an earlier run up to step `steps`, since later steps are repeated; 0: none.
  /// Collective. @throws FileSystemError (agreed)
  MetricsLog(const par::Comm& comm, const std::filesystem::path& path, std::uint64_t steps);
  /// Rank-local, without effect on ranks other than 0. @throws FileSystemError
  void write(const StepRecord& step);
  void write(const EpochRecord& epoch);

 private:
  std::optional<text_file::Lines> file_;  ///< on rank 0
  double epoch_loss_ = 0;
  double epoch_samples_ = 0;
  StepSeconds epoch_seconds_;
  Stopwatch since_line_;
};

}  // namespace nubox::train
