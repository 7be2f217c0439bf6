#include "nubox/core/error.hpp"
#include "nubox/io/publish.hpp"
#include "nubox/par/agree.hpp"

#include "app/bench/bench.hpp"
#include "app/commands.hpp"
#include "app/report_header.hpp"

#include <cstdio>
#include <map>

namespace nubox::app {
namespace {

using Component = std::vector<BenchRow> (*)(const par::Comm&, const config::Config&);

const std::map<std::string, Component>& components() {
  static const std::map<std::string, Component> table = {
      {"fft", bench_fft},           {"io", bench_io},       {"simulate", bench_simulate},
      {"snapshot", bench_snapshot}, {"stats", bench_stats},
#ifdef NUBOX_WITH_TORCH
      {"predict", bench_predict},   {"train", bench_train}, {"allreduce", bench_allreduce},
#endif
  };
  return table;
}

std::string table_text(const std::vector<BenchRow>& rows) {
  std::string text = fmt::format("{:<10} {:<44} {:>11} {:<17} {:>8}  {}\n", "component", "quantity",
                                 "value", "unit", "ratio", "to the limit measured beside it");
  for (const BenchRow& row : rows) {
    const std::string ratio = row.limit.empty() ? "" : fmt::format("{:.3g}", row.ratio());
    text += fmt::format(
        "{:<10} {:<44} {:>11.4g} {:<17} {:>8}  {}\n", row.component, row.quantity, row.value,
        row.unit, ratio,
        row.limit.empty() ? "" : fmt::format("{} ({:.4g})", row.limit, row.limit_value));
  }
  return text;
}

std::string json_text(const par::Comm& world, const config::Config& config,
                      const std::vector<BenchRow>& rows) {
  using nlohmann::json;
  json document = report_header(world, "nubox-bench");
  document.update({{"what", config.text("bench.what")},
                   {"n", config.size("bench.n")},
                   {"rows", json::array()}});
  for (const BenchRow& row : rows) {
    json entry = {{"component", row.component},
                  {"quantity", row.quantity},
                  {"value", row.value},
                  {"unit", row.unit}};
    if (!row.limit.empty()) {
      entry.update(
          {{"limit", row.limit}, {"limit_value", row.limit_value}, {"ratio", row.ratio()}});
    }
    document["rows"].push_back(entry);
  }
  return document.dump(2) + "\n";
}

}  // namespace

void bench(const par::Comm& world, const config::Config& config) {
  const auto found = components().find(config.text("bench.what"));
  if (found == components().end()) {
    throw UsageError("this nubox was built without LibTorch, which bench.what = {} needs",
                     config.text("bench.what"))
        .agreed_from(0);
  }
  const Component component = found->second;
  if (config.check_only() || config.dry_run()) return;
  const std::vector<BenchRow> rows = component(world, config);
  const std::string out = config.text("bench.out");
  if (!out.empty()) io::publish_text(world, out, json_text(world, config, rows));
  if (world.is_root()) std::fputs(table_text(rows).c_str(), stdout);
}

}  // namespace nubox::app
