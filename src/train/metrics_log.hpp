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
  double objective = 0;     ///< what is minimised
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
  double seconds = 0;                  ///< since the start of the training, earlier runs included
  std::vector<std::string> boxes;      ///< names of the validation boxes
  std::optional<Judgement> judgement;  ///< absent without validation boxes or if not due
  Judgement prior;                     ///< of the prior alone
  bool residual = true;                ///< the loss of the prior means something
};

/// metrics.jsonl: one JSON object per line, written by rank 0 and flushed. Every line has "kind"
/// ("step" or "epoch") and "step". Epochs also go to the log, where
/// they are thinned out if they are many or short.
class MetricsLog {
 public:
  /// Keeps the lines up to `steps` of an earlier run (later ones will be done again), none if 0.
  /// Collective. @throws FileSystemError (agreed)
  MetricsLog(const par::Comm& comm, const std::filesystem::path& path, std::uint64_t steps);
  /// Rank-local; they write on rank 0 only. @throws FileSystemError
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
