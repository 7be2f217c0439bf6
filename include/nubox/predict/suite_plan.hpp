#pragma once

#include "nubox/predict/box_output.hpp"

#include <filesystem>
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
  std::vector<std::filesystem::path> inputs{};  ///< massless field files
  std::vector<double> masses_eV{};
  /// File of a single box; for several boxes, or with a trailing slash, their directory.
  std::filesystem::path out{};
  BoxFormat format = BoxFormat::field;
};

/// Every input with every mass. A single box is written to `out`, several to
/// `<out>/<directory>/mnu-<eV>.h5`, where `<directory>` is the path of the input relative to the
/// deepest directory that contains all inputs. File names begin with that of the input unless it is
/// mnu-0.000.h5. Snapshots are written to `mnu-<eV>/snap`.
/// Rank-local. @throws UsageError for no input or mass, an input given twice, a mass with more than
///             three decimals, two boxes of the same name
[[nodiscard]] std::vector<SuiteTask> suite_tasks(const SuiteOptions& options);

}  // namespace nubox::predict
