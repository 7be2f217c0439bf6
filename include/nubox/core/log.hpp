#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

/// Log of the program on stderr. Rank 0 writes messages from info level on, the other ranks only
/// warnings, with their rank as prefix. Every line is flushed, since batch systems buffer output.
namespace nubox::log {

/// Call once after MPI is up. With `quiet` rank 0 writes only warnings as well (tests).
void start(int rank, int size, bool quiet = false);

/// During its lifetime this rank writes from info level on, with `name` as prefix. For the first
/// rank of a group of ranks that works independently of the others.
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

/// A warning that occurs on all ranks alike: only rank 0 writes it.
template <class... Args>
void warn_together(fmt::format_string<Args...> text, Args&&... args) {
  write_info("warning: " + fmt::format(text, std::forward<Args>(args)...));
}

/// True if this rank writes info messages to a terminal, where progress may rewrite one line.
[[nodiscard]] bool on_terminal();
/// Writes a line that the next status or log line replaces. Rank-local; only if on_terminal().
void write_status(std::string_view text);

/// Name of the current phase of the run, for failure reports ("simulate: seed 3, 0.15 eV"). Setting
/// it counts as a beat().
void set_phase(std::string_view phase);
[[nodiscard]] std::string phase();

/// Reports progress to the watchdog. To be called once per step of every loop that may take long.
void beat();
[[nodiscard]] std::uint64_t beats();

}  // namespace nubox::log
