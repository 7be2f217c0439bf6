#pragma once

#include "nubox/doctor/check.hpp"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace nubox::doctor {

/// A finding and its check.
struct Line {
  Check check;
  Finding finding;
};

/// Findings of the checks, in their order. A check that throws an agreed error counts as failed.
/// `strict`: warnings count as failures. Collective.
[[nodiscard]] std::vector<Line> examine(const par::Comm& world, const Options& options,
                                        const std::vector<Check>& checks, bool strict);

/// The lines as an aligned table with a heading.
[[nodiscard]] std::string table_text(const std::vector<Line>& lines);
/// The lines as a JSON array of objects.
[[nodiscard]] nlohmann::json rows_json(const std::vector<Line>& lines);

/// Collective. @throws Error (agreed) with the exit code of the first failed line of rank 0 and the
/// text of all failed lines, if there is one
void require_health(const par::Comm& world, const std::vector<Line>& lines);

}  // namespace nubox::doctor
