#pragma once

#include "nubox/par/comm.hpp"

#include <optional>
#include <string>

namespace nubox::doctor {

enum class Verdict { ok, warn, fail, skipped };

/// One line of the table.
struct Finding {
  std::string quantity;         ///< examined quantity: "all-reduce, wrong values"
  std::optional<double> value;  ///< none if there was nothing to measure
  std::string unit;
  std::optional<double> limit;
  bool lower_limit = false;  ///< the value must reach the limit instead of staying within it
  Verdict verdict = Verdict::ok;
  std::string note;  ///< location of the worst value, or what the user can do
};

// NaN violates every limit.
[[nodiscard]] Finding at_most(std::string quantity, double value, std::string unit, double limit,
                              Verdict otherwise, std::string note = {});
[[nodiscard]] Finding at_least(std::string quantity, double value, std::string unit, double limit,
                               Verdict otherwise, std::string note = {});
/// A value without a limit.
[[nodiscard]] Finding plain(std::string quantity, double value, std::string unit,
                            std::string note = {});
[[nodiscard]] Finding skipped(std::string quantity, std::string reason);

/// The extreme value over ranks, with the note of its rank; on several ranks with rank and host.
/// NaN counts as the extreme. Collective.
struct Extreme {
  double value = 0;
  std::string note;
};
[[nodiscard]] Extreme largest(const par::Comm& comm, double own, const std::string& note = {});
[[nodiscard]] Extreme smallest(const par::Comm& comm, double own, const std::string& note = {});

}  // namespace nubox::doctor
