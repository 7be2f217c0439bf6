#include "nubox/core/progress.hpp"

#include "nubox/core/log.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace nubox {
namespace {

constexpr std::size_t most_lines = 200;
constexpr double shortest_interval_s = 10;

}  // namespace

std::string duration_text(double seconds) {
  const auto s = static_cast<long long>(std::lround(std::max(seconds, 0.0)));
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
  return fmt::format("{} h {:02} min", s / 3600, s / 60 % 60);
}

Progress::Progress(std::string what, std::size_t total, std::size_t done)
    : what_(std::move(what)), total_(total), done_(done), done_before_(done) {}

bool Progress::is_line_due(std::size_t done, std::size_t total, double since_line_s) {
  const std::size_t every = (total + most_lines - 1) / most_lines;
  return done % every == 0 && since_line_s >= shortest_interval_s;
}

void Progress::step(std::string_view note) {
  ++done_;
  log::beat();
  const bool terminal = log::on_terminal();
  if (!terminal && !is_line_due(done_, total_, since_line_.seconds())) return;
  since_line_.restart();
  const double per_step = watch_.seconds() / static_cast<double>(done_ - done_before_);
  const double left = per_step * static_cast<double>(total_ - std::min(done_, total_));
  const std::string line =
      fmt::format("{}: step {} of {}{}{}, {:.2g} s per step, {} left", what_, done_, total_,
                  note.empty() ? "" : ", ", note, per_step, duration_text(left));
  if (terminal) {
    log::write_status(line);
  } else {
    log::write_info(line);
  }
}

}  // namespace nubox
