#pragma once

#include "nubox/config/config.hpp"
#include "nubox/core/error.hpp"
#include "nubox/par/comm.hpp"

#include <optional>
#include <string>
#include <vector>

/// The checks of `nubox doctor`: each examines one thing of the machine that runs have stumbled
/// over, and says what it found in lines of one table.
namespace nubox::app {

enum class Verdict { ok, warn, fail, skipped };

/// One line of the table.
struct Finding {
  std::string quantity;         ///< what was looked at: "all-reduce, wrong values"
  std::optional<double> value;  ///< none where there was nothing to measure
  std::string unit;
  std::optional<double> limit;
  bool lower_limit = false;  ///< the value must reach the limit instead of staying within it
  Verdict verdict = Verdict::ok;
  std::string note;  ///< where it was worst, or what the user can do
};

// A NaN is within no limit.
[[nodiscard]] Finding at_most(std::string quantity, double value, std::string unit, double limit,
                              Verdict otherwise, std::string note = {});
[[nodiscard]] Finding at_least(std::string quantity, double value, std::string unit, double limit,
                               Verdict otherwise, std::string note = {});
/// A figure without a limit.
[[nodiscard]] Finding plain(std::string quantity, double value, std::string unit,
                            std::string note = {});
[[nodiscard]] Finding skipped(std::string quantity, std::string reason);

/// The extreme of a figure over ranks, with the note of the rank that has it; on several ranks the
/// rank and its host are added. NaN counts as the largest of all. Collective.
struct Extreme {
  double value = 0;
  std::string note;
};
[[nodiscard]] Extreme largest(const par::Comm& comm, double own, const std::string& note = {});
[[nodiscard]] Extreme smallest(const par::Comm& comm, double own, const std::string& note = {});

/// A check, in its own file. Collective; what it throws is agreed on and fails it.
struct Check {
  std::string name;
  ExitCode code;  ///< of a failure
  std::vector<Finding> (*examine)(const par::Comm& world, const config::Config& config);
};

/// All checks, in the order of the table.
[[nodiscard]] const std::vector<Check>& doctor_checks();

[[nodiscard]] std::vector<Finding> examine_convolutions(const par::Comm& world,
                                                        const config::Config& config);
[[nodiscard]] std::vector<Finding> examine_messages(const par::Comm& world,
                                                    const config::Config& config);
[[nodiscard]] std::vector<Finding> examine_gradient_sums(const par::Comm& world,
                                                         const config::Config& config);
[[nodiscard]] std::vector<Finding> examine_files(const par::Comm& world,
                                                 const config::Config& config);
[[nodiscard]] std::vector<Finding> examine_transforms(const par::Comm& world,
                                                      const config::Config& config);
[[nodiscard]] std::vector<Finding> examine_clocks(const par::Comm& world,
                                                  const config::Config& config);
[[nodiscard]] std::vector<Finding> examine_placement(const par::Comm& world,
                                                     const config::Config& config);
[[nodiscard]] std::vector<Finding> examine_resources(const par::Comm& world,
                                                     const config::Config& config);

}  // namespace nubox::app
