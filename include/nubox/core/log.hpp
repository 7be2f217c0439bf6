#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

/// The program's log: rank 0 speaks at info level, the others only from warnings up and with their
/// rank in front. Every line is flushed, since batch systems buffer.
namespace nubox::log {

/// Call once after MPI is up. `quiet` keeps rank 0 to warnings as well (tests).
void start(int rank, int size, bool quiet = false);

/// While it lives this rank speaks as rank 0 does, with `name` in front: the first rank of a group
/// of ranks that works for itself.
class GroupScope {
 public:
  explicit GroupScope(std::string_view name);
  ~GroupScope();
  GroupScope(const GroupScope&) = delete;
  GroupScope& operator=(const GroupScope&) = delete;

 private:
  std::shared_ptr<void> before_;
};

void write_info(std::string_view text);
void write_warning(std::string_view text);

template <class... Args>
void info(fmt::format_string<Args...> text, Args&&... args) {
  write_info(fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> text, Args&&... args) {
  write_warning(fmt::format(text, std::forward<Args>(args)...));
}

/// A warning that all ranks come to alike: rank 0 alone speaks.
template <class... Args>
void warn_together(fmt::format_string<Args...> text, Args&&... args) {
  write_info("warning: " + fmt::format(text, std::forward<Args>(args)...));
}

/// True if rank 0 speaks to a terminal: progress may then rewrite one line.
[[nodiscard]] bool on_terminal();
/// A line on the terminal that the next status or log line replaces. Rank-local; only where
/// on_terminal().
void write_status(std::string_view text);

/// Name of what the process is doing now, for failure reports ("simulate: seed 3, 0.15 eV").
/// Setting it is a beat.
void set_phase(std::string_view phase);
[[nodiscard]] std::string phase();

/// Tells the watchdog that work goes on: once per step of anything that may take long.
void beat();
[[nodiscard]] std::uint64_t beats();

}  // namespace nubox::log
