#include "nubox/doctor/examination.hpp"
#ifdef NUBOX_WITH_TORCH
#include "nubox/doctor/network_checks.hpp"
#endif
#include "nubox/io/output_check.hpp"
#include "nubox/io/publish.hpp"

#include "app/commands.hpp"
#include "app/options/doctor.hpp"
#include "app/report_header.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace nubox::app {
namespace {

/// All checks of this program, in the order of the table.
std::vector<doctor::Check> all_checks() {
#ifdef NUBOX_WITH_TORCH
  std::vector<doctor::Check> checks = doctor::network_checks();
#else
  std::vector<doctor::Check> checks = {
      {"conv", ExitCode::numerical, [](const par::Comm&, const doctor::Options&) {
         return std::vector{doctor::skipped("convolutions and gradient sums",
                                            "this nubox was built without LibTorch")};
       }}};
#endif
  const auto others = doctor::machine_checks();
  checks.insert(checks.end(), others.begin(), others.end());
  return checks;
}

}  // namespace

void doctor(const par::Comm& world, const config::Config& config) {
  // 1. The checks and the output of the report.
  std::vector<doctor::Check> checks = all_checks();
  std::erase_if(checks, [wanted = config.texts("doctor.checks")](const doctor::Check& check) {
    return std::ranges::find(wanted, check.name) == wanted.end();
  });
  const std::string json = config.text("doctor.json");
  const bool json_on_stdout = json == "-", json_in_file = !json.empty() && !json_on_stdout;
  const io::OutputKind kind{"nubox-doctor"};
  if (json_in_file) io::check_outputs(world, std::vector<io::PlannedFile>{{json, kind}}, {});
  if (config.check_only() || config.dry_run()) return;

  // 2. Run the checks.
  const auto lines =
      doctor::examine(world, doctor_options(world, config), checks, config.flag("doctor.strict"));

  // 3. Report as a table or as JSON on standard output, as JSON in a file.
  nlohmann::json report = report_header(world, "nubox-doctor");
  report["rows"] = doctor::rows_json(lines);
  const std::string json_text = report.dump(2) + "\n";
  print(world, json_on_stdout ? json_text : doctor::table_text(lines));
  if (json_in_file) io::publish_text(world, json, kind, json_text);

  // 4. Failed lines determine the exit code.
  doctor::require_health(world, lines);
}

}  // namespace nubox::app
