#include "nubox/core/error.hpp"
#include "nubox/io/output_check.hpp"
#include "nubox/io/publish.hpp"
#include "nubox/par/agree.hpp"

#include "app/commands.hpp"
#include "app/options/bench.hpp"
#include "app/report_header.hpp"
#ifdef NUBOX_WITH_TORCH
#include "app/options/train.hpp"
#endif

#include <filesystem>
#include <functional>
#include <map>
#include <vector>

namespace nubox::app {
namespace {

using Component = std::function<std::vector<bench::Row>(const par::Comm&, const config::Config&)>;

const std::map<std::string, Component>& components() {
  using config::Config;
  using par::Comm;
  static const std::map<std::string, Component> table = {
      {"fft",
       [](const Comm& world, const Config& config) {
         return bench::measure_fft(world, bench_options(config));
       }},
      {"io", [](const Comm& world,
                const Config& config) { return bench::measure_io(world, bench_options(config)); }},
      {"snapshot",
       [](const Comm& world, const Config& config) {
         return bench::measure_snapshot(world, bench_options(config));
       }},
      {"simulate",
       [](const Comm& world, const Config& config) {
         return bench::measure_simulate(world, bench_options(config), bench_tables(world));
       }},
      {"stats",
       [](const Comm& world, const Config& config) {
         return bench::measure_stats(world, bench_options(config));
       }},
#ifdef NUBOX_WITH_TORCH
      {"allreduce",
       [](const Comm& world, const Config& config) {
         return bench::measure_allreduce(world, bench_options(config), gradient_backend(config));
       }},
      {"train",
       [](const Comm& world, const Config& config) {
         return bench::measure_train(world, bench_options(config),
                                     bench_train_options(world, config));
       }},
      {"predict",
       [](const Comm& world, const Config& config) {
         return bench::measure_predict(world, bench_options(config),
                                       bench_predict_options(world, config));
       }},
#endif
  };
  return table;
}

}  // namespace

void bench(const par::Comm& world, const config::Config& config) {
  // 1. The component.
  const std::string what = config.text("bench.what");
  const auto component = components().find(what);
  if (component == components().end()) {
    par::throw_agreed(
        world,
        UsageError("this nubox was built without LibTorch, which bench.what = {} needs", what));
  }
  const std::filesystem::path out = config.text("bench.out");
  const io::OutputKind kind{"nubox-bench"};
  if (!out.empty()) io::check_outputs(world, std::vector<io::PlannedFile>{{out, kind}}, {});
  if (config.check_only() || config.dry_run()) return;

  // 2. Measure.
  const auto rows = component->second(world, config);

  // 3. JSON into a file, a table on standard output.
  nlohmann::json report = report_header(world, "nubox-bench");
  report.update({{"what", what}, {"n", config.size("bench.n")}, {"rows", bench::rows_json(rows)}});
  if (!out.empty()) io::publish_text(world, out, kind, report.dump(2) + "\n");
  print(world, bench::table_text(rows));
}

}  // namespace nubox::app
