#include "nubox/doctor/examination.hpp"

#include "nubox/core/log.hpp"
#include "nubox/par/agree.hpp"

namespace nubox::doctor {
namespace {

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

/// All findings of one check; an agreed error is a failure. Collective.
std::vector<Finding> findings_of(const Check& check, const par::Comm& world,
                                 const Options& options) {
  try {
    return check.examine(world, options);
  } catch (const Error& error) {
    // After an error that is not agreed, ranks may wait for each other, so that the job has to end.
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
  return fmt::format("{:<9} {:<46} {:>17} {:>11}  {:<7}  {}", line.check.name, f.quantity,
                     value_text(f), limit_text(f), word(f.verdict), f.note);
}

}  // namespace

std::vector<Check> machine_checks() {
  return {{"mpi", ExitCode::communication, examine_messages},
          {"hdf5", ExitCode::filesystem, examine_files},
          {"fft", ExitCode::numerical, examine_transforms},
          {"clock", ExitCode::communication, examine_clocks},
          {"binding", ExitCode::usage, examine_placement},
          {"needs", ExitCode::usage, examine_capacity}};
}

std::vector<Line> examine(const par::Comm& world, const Options& options,
                          const std::vector<Check>& checks, bool strict) {
  std::vector<Line> lines;
  for (const Check& check : checks) {
    log::set_phase("doctor: " + check.name);
    for (Finding& finding : findings_of(check, world, options)) {
      if (strict && finding.verdict == Verdict::warn) finding.verdict = Verdict::fail;
      lines.push_back({check, std::move(finding)});
    }
  }
  return lines;
}

std::string table_text(const std::vector<Line>& lines) {
  std::string text = fmt::format("{:<9} {:<46} {:>17} {:>11}  {:<7}  {}\n", "check", "quantity",
                                 "value", "limit", "verdict", "note");
  for (const Line& line : lines) text += line_text(line) + "\n";
  return text;
}

nlohmann::json rows_json(const std::vector<Line>& lines) {
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& [check, f] : lines) {
    nlohmann::json row = {{"check", check.name},
                          {"quantity", f.quantity},
                          {"verdict", word(f.verdict)},
                          {"note", f.note}};
    // JSON has no infinity and no NaN: nlohmann-json writes null.
    if (f.value) row.update({{"value", *f.value}, {"unit", f.unit}});
    if (f.limit) row[f.lower_limit ? "at_least" : "at_most"] = *f.limit;
    rows.push_back(row);
  }
  return rows;
}

void require_health(const par::Comm& world, const std::vector<Line>& lines) {
  const Line* first = nullptr;
  std::string failed;
  for (const Line& line : lines) {
    if (line.finding.verdict != Verdict::fail) continue;
    if (first == nullptr) first = &line;
    const Finding& f = line.finding;
    failed += fmt::format("{}{}: {}", failed.empty() ? "" : "; ", line.check.name, f.quantity);
    if (f.value) failed += fmt::format(" {} (must be {})", value_text(f), limit_text(f));
    if (!f.note.empty()) failed += ", " + f.note;
  }
  int code = first == nullptr ? 0 : static_cast<int>(first->check.code);
  world.broadcast(std::span<int>(&code, 1));
  if (code == 0) return;
  par::throw_agreed(world,
                    Error(static_cast<ExitCode>(code), world.broadcast("doctor: " + failed)));
}

}  // namespace nubox::doctor
