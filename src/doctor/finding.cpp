#include "nubox/doctor/finding.hpp"

#include "nubox/core/machine.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace nubox::doctor {
namespace {

/// `sign` is 1 for the largest and -1 for the smallest value.
Extreme extreme(const par::Comm& comm, double own, const std::string& note, double sign) {
  const auto badness = [&](double x) {
    return std::isnan(x) ? std::numeric_limits<double>::infinity() : sign * x;
  };
  const std::vector<double> all = comm.all_gather(own);
  const auto worst = std::max_element(all.begin(), all.end(),
                                      [&](double a, double b) { return badness(a) < badness(b); });
  const auto rank = static_cast<int>(worst - all.begin());
  std::string where = note;
  if (comm.size() > 1) {
    where += fmt::format("{}rank {} on {}", note.empty() ? "" : "; ", rank, machine::host_name());
  }
  return {*worst, comm.broadcast(where, rank)};
}

/// A value and its limit.
Finding judged(std::string quantity, double value, std::string unit, double limit, bool lower_limit,
               Verdict otherwise, std::string note) {
  const bool holds = lower_limit ? value >= limit : value <= limit;
  return {std::move(quantity), value,
          std::move(unit),     limit,
          lower_limit,         holds ? Verdict::ok : otherwise,
          std::move(note)};
}

}  // namespace

Finding at_most(std::string quantity, double value, std::string unit, double limit,
                Verdict otherwise, std::string note) {
  return judged(std::move(quantity), value, std::move(unit), limit, false, otherwise,
                std::move(note));
}

Finding at_least(std::string quantity, double value, std::string unit, double limit,
                 Verdict otherwise, std::string note) {
  return judged(std::move(quantity), value, std::move(unit), limit, true, otherwise,
                std::move(note));
}

Finding plain(std::string quantity, double value, std::string unit, std::string note) {
  return {std::move(quantity), value,          std::move(unit), std::nullopt, false,
          Verdict::ok,         std::move(note)};
}

Finding skipped(std::string quantity, std::string reason) {
  return {std::move(quantity), std::nullopt,     "", std::nullopt, false,
          Verdict::skipped,    std::move(reason)};
}

Extreme largest(const par::Comm& comm, double own, const std::string& note) {
  return extreme(comm, own, note, 1);
}
Extreme smallest(const par::Comm& comm, double own, const std::string& note) {
  return extreme(comm, own, note, -1);
}

}  // namespace nubox::doctor
