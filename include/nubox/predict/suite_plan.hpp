#pragma once

#include "nubox/predict/box_output.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Which boxes a job predicts: any number of inputs and masses.
namespace nubox::predict {

/// One box to predict.
struct OutputRequest {
  double M_nu_eV = 0;
  std::filesystem::path out;
};

/// One input and the boxes to predict from it.
struct SuiteTask {
  std::filesystem::path in;
  std::vector<OutputRequest> requests;
};

struct SuiteOptions {
  std::vector<std::filesystem::path> inputs{};  ///< massless field files or snapshots
  std::vector<double> masses_eV{};
  /// File of a single box; for several boxes, or with a trailing slash, their directory.
  std::filesystem::path out{};
  BoxFormat format = BoxFormat::field;
  /// Directories at the end of the path of an input that the path of its output keeps; none: those
  /// below the deepest directory that contains all inputs.
  std::optional<std::size_t> directories{};
  /// Of `parts` shares this job has number `part`, counted from 0: inputs part, part + parts, ...
  std::size_t part = 0, parts = 1;
};

/// Every input with every mass. A single box is written to `out`, several to
/// `<out>/<directory>/mnu-<eV>.h5`, where `<directory>` is the path of the input relative to the
/// deepest directory that contains all inputs (or as `directories` says). File names begin with
/// that of the input unless it is mnu-0.000.h5. Snapshots are written to `mnu-<eV>/snap`.
/// Rank-local. @throws UsageError for no input or mass, an input given twice, a mass with more than
///             three decimals, two boxes of the same name
[[nodiscard]] std::vector<SuiteTask> suite_tasks(const SuiteOptions& options);

/// Number (from 0) and count of shares of "2/8". @throws UsageError
[[nodiscard]] std::pair<std::size_t, std::size_t> part_of(const std::string& text);

/// Where the record of a job goes: beside a single box, else into `out`; jobs with parts of a suite
/// have a directory each there. Rank-local.
[[nodiscard]] std::filesystem::path record_directory(const SuiteOptions& options);

}  // namespace nubox::predict
