#pragma once

#include "nubox/par/comm.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

namespace nubox::train {

/// metrics.jsonl: one JSON object per line, written by rank 0 and flushed. Every line has "kind"
/// ("step" or "epoch") and "step".
class MetricsLog {
 public:
  /// Keeps the lines up to `steps` of an earlier run (later ones will be done again), none if 0.
  /// Collective. @throws FileSystemError (agreed)
  MetricsLog(const par::Comm& comm, const std::filesystem::path& path, std::uint64_t steps);
  /// Rank-local; writes on rank 0 only. @throws FileSystemError
  void write(const nlohmann::json& line);

 private:
  std::filesystem::path path_;
  std::ofstream stream_;
};

}  // namespace nubox::train
