#pragma once

#include "nubox/par/comm.hpp"

#include <optional>
#include <string>

namespace nubox::doctor {

enum class Verdict { ok, warn, fail, skipped };

/// One line of the table.
struct Finding {
  std::string quantity;         ///< what was examined: "all-reduce, wrong values"
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
/// rank and its host are added. NaN counts as the worst of all. Collective.
struct Extreme {
  double value = 0;
  std::string note;
};
[[nodiscard]] Extreme largest(const par::Comm& comm, double own, const std::string& note = {});
[[nodiscard]] Extreme smallest(const par::Comm& comm, double own, const std::string& note = {});

}  // namespace nubox::doctor
