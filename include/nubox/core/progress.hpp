#pragma once

#include "nubox/core/timer.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace nubox {

/// "42 s", "3 min 20 s", "5 h 07 min".
[[nodiscard]] std::string duration_text(double seconds);

/// Reports progress and remaining time of a long loop. On a terminal it rewrites one line; in a log
/// it writes at most one line per step, fewer if steps are many or short. Only rank 0 writes. Every
/// step calls log::beat().
class Progress {
 public:
  /// `what` starts every line; `done` steps of `total` were made before (resumed runs).
  Progress(std::string what, std::size_t total, std::size_t done = 0);
  /// Corrects the total, of steps whose number is not known beforehand.
  void expect(std::size_t total) { total_ = total; }
  /// After each step. `note` describes its state ("a = 0.512").
  void step(std::string_view note = {});
  [[nodiscard]] std::size_t done() const { return done_; }

  /// True if a log gets a line after step `done`, `since_line_s` seconds after its previous line.
  /// The two bounds keep the log of an hour below 200 kB and that of a run below 200 lines.
  [[nodiscard]] static bool is_line_due(std::size_t done, std::size_t total, double since_line_s);

 private:
  std::string what_;
  std::size_t total_, done_, done_before_;
  Stopwatch watch_, since_line_;
};

}  // namespace nubox
