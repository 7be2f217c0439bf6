#include "nubox/core/log.hpp"
#include "nubox/io/publish.hpp"

#include "app/commands.hpp"
#include "app/doctor/doctor.hpp"
#include "app/report_header.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace nubox::app {
namespace {

#ifndef NUBOX_WITH_TORCH
std::vector<Finding> without_torch(const par::Comm&, const config::Config&) {
  return {skipped("convolutions and gradient sums", "this nubox was built without LibTorch")};
}
#endif

/// A finding in its table.
struct Line {
  const Check* check;
  Finding finding;
};

const char* word(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::warn:
      return "warn";
    case Verdict::fail:
      return "FAIL";
    case Verdict::skipped:
      break;
  }
  return "skipped";
}

/// All findings of one check; one that cannot be made is a failure. Collective.
std::vector<Finding> examine(const Check& check, const par::Comm& world,
                             const config::Config& config) {
  try {
    return check.examine(world, config);
  } catch (const Error& error) {
    // What the ranks did not agree on may leave them in different places: that ends the job.
    if (!error.agreed()) throw;
    return {{.quantity = "the check itself",
             .value = {},
             .unit = {},
             .limit = {},
             .verdict = Verdict::fail,
             .note = error.what()}};
  }
}

std::string value_text(const Finding& finding) {
  if (!finding.value) return "-";
  return fmt::format("{:.3g}{}{}", *finding.value, finding.unit.empty() ? "" : " ", finding.unit);
}

std::string limit_text(const Finding& finding) {
  if (!finding.limit) return "";
  return fmt::format("{} {:.3g}", finding.lower_limit ? ">=" : "<=", *finding.limit);
}

std::string line_text(const Line& line) {
  const Finding& f = line.finding;
  return fmt::format("{:<9} {:<46} {:>17} {:>11}  {:<7}  {}", line.check->name, f.quantity,
                     value_text(f), limit_text(f), word(f.verdict), f.note);
}

std::string table_text(const std::vector<Line>& lines) {
  std::string text = fmt::format("{:<9} {:<46} {:>17} {:>11}  {:<7}  {}\n", "check", "quantity",
                                 "value", "limit", "verdict", "note");
  for (const Line& line : lines) text += line_text(line) + "\n";
  return text;
}

std::string json_text(const par::Comm& world, const std::vector<Line>& lines) {
  nlohmann::json document = report_header(world, "nubox-doctor");
  document["rows"] = nlohmann::json::array();
  for (const auto& [check, f] : lines) {
    nlohmann::json row = {{"check", check->name},
                          {"quantity", f.quantity},
                          {"verdict", word(f.verdict)},
                          {"note", f.note}};
    // JSON has no infinity and no NaN: null stands for them.
    if (f.value) row.update({{"value", *f.value}, {"unit", f.unit}});
    if (f.limit) row[f.lower_limit ? "at_least" : "at_most"] = *f.limit;
    document["rows"].push_back(row);
  }
  return document.dump(2) + "\n";
}

/// Ends the command with the exit code of the first failed line and the text of all, as rank 0's
/// table has them. Collective.
void require_health(const par::Comm& world, const std::vector<Line>& lines) {
  const Line* first = nullptr;
  std::string failed;
  for (const Line& line : lines) {
    if (line.finding.verdict != Verdict::fail) continue;
    if (first == nullptr) first = &line;
    const Finding& f = line.finding;
    failed += fmt::format("{}{}: {}", failed.empty() ? "" : "; ", line.check->name, f.quantity);
    if (f.value) failed += fmt::format(" {} (must be {})", value_text(f), limit_text(f));
    if (!f.note.empty()) failed += ", " + f.note;
  }
  int code = first == nullptr ? 0 : static_cast<int>(first->check->code);
  world.broadcast(std::span<int>(&code, 1));
  if (code == 0) return;
  throw Error(static_cast<ExitCode>(code), world.broadcast("doctor: " + failed)).agreed_from(0);
}

}  // namespace

const std::vector<Check>& doctor_checks() {
  static const std::vector<Check> checks = {
#ifdef NUBOX_WITH_TORCH
      {"conv", ExitCode::numerical, examine_convolutions},
      {"sums", ExitCode::communication, examine_gradient_sums},
#else
      {"conv", ExitCode::numerical, without_torch},
#endif
      {"mpi", ExitCode::communication, examine_messages},
      {"hdf5", ExitCode::filesystem, examine_files},
      {"fft", ExitCode::numerical, examine_transforms},
      {"clock", ExitCode::communication, examine_clocks},
      {"binding", ExitCode::usage, examine_placement},
      {"needs", ExitCode::usage, examine_resources},
  };
  return checks;
}

void doctor(const par::Comm& world, const config::Config& config) {
  const std::vector<std::string> wanted = config.texts("doctor.checks");
  const std::string json = config.text("doctor.json");
  if (config.check_only() || config.dry_run()) return;
  std::vector<Line> lines;
  for (const Check& check : doctor_checks()) {
    if (std::find(wanted.begin(), wanted.end(), check.name) == wanted.end()) continue;
    log::set_phase("doctor: " + check.name);
    for (Finding& finding : examine(check, world, config)) {
      const bool strict = config.flag("doctor.strict") && finding.verdict == Verdict::warn;
      if (strict) finding.verdict = Verdict::fail;
      lines.push_back({&check, std::move(finding)});
    }
  }
  const bool json_alone = json == "-";
  if (world.is_root()) {
    std::fputs((json_alone ? json_text(world, lines) : table_text(lines)).c_str(), stdout);
    std::fflush(stdout);
  }
  if (!json.empty() && !json_alone) io::publish_text(world, json, json_text(world, lines));
  require_health(world, lines);
}

}  // namespace nubox::app
