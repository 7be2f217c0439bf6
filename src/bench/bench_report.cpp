#include "nubox/bench/bench.hpp"

#include <fmt/format.h>

namespace nubox::bench {

std::string table_text(const std::vector<Row>& rows) {
  std::string text = fmt::format("{:<10} {:<44} {:>11} {:<17} {:>8}  {}\n", "component", "quantity",
                                 "value", "unit", "ratio", "limit, measured in the same run");
  for (const Row& row : rows) {
    const std::string ratio = row.limit.empty() ? "" : fmt::format("{:.3g}", row.ratio());
    text += fmt::format(
        "{:<10} {:<44} {:>11.4g} {:<17} {:>8}  {}\n", row.component, row.quantity, row.value,
        row.unit, ratio,
        row.limit.empty() ? "" : fmt::format("{} ({:.4g})", row.limit, row.limit_value));
  }
  return text;
}

nlohmann::json rows_json(const std::vector<Row>& rows) {
  nlohmann::json entries = nlohmann::json::array();
  for (const Row& row : rows) {
    nlohmann::json entry = {{"component", row.component},
                            {"quantity", row.quantity},
                            {"value", row.value},
                            {"unit", row.unit}};
    if (!row.limit.empty()) {
      entry.update(
          {{"limit", row.limit}, {"limit_value", row.limit_value}, {"ratio", row.ratio()}});
    }
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace nubox::bench
