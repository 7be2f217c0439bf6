#include "nubox/core/log.hpp"

#include "nubox/core/phase.hpp"
#include "nubox/core/printable.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <unistd.h>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace nubox::log {
namespace {

std::shared_ptr<spdlog::logger> make_logger(const std::string& pattern,
                                            spdlog::level::level_enum level) {
  auto logger =
      std::make_shared<spdlog::logger>("nubox", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern(pattern);
  logger->set_level(level);
  logger->flush_on(spdlog::level::info);
  return logger;
}

// The logger and the phase are, with the MPI session, the only process-wide state of the program.
std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> instance =
      make_logger("[%H:%M:%S] %v", spdlog::level::info);
  return instance;
}

/// Current phase and number of progress reports, read by the thread of the watchdog.
struct Progress {
  std::mutex mutex;
  std::string phase = "start";
  std::atomic<std::uint64_t> beats = 0;
};

Progress& progress() {
  static Progress instance;
  return instance;
}

/// True while the terminal shows a status line.
std::atomic<bool>& status_open() {
  static std::atomic<bool> open = false;
  return open;
}

using Clock = std::chrono::steady_clock;

std::atomic<Clock::time_point>& last_line() {
  static std::atomic<Clock::time_point> time = Clock::now();
  return time;
}

/// Since this process last wrote to the log, or since its start.
double seconds_since_line() {
  return std::chrono::duration<double>(Clock::now() - last_line().load()).count();
}

constexpr const char* clear_line = "\r\033[K";

void clear_status() {
  if (status_open().exchange(false)) std::fputs(clear_line, stderr);
}

}  // namespace

void start(int rank, int size, bool quiet) {
  if (rank == 0) {
    logger() = make_logger("[%H:%M:%S] %v", quiet ? spdlog::level::warn : spdlog::level::info);
  } else {
    logger() =
        make_logger(fmt::format("[%H:%M:%S] [rank {}/{}] %v", rank, size), spdlog::level::warn);
  }
}

GroupScope::GroupScope(std::string_view name) : before_(logger()) {
  logger() = make_logger(fmt::format("[%H:%M:%S] [{}] %v", name), spdlog::level::info);
}

GroupScope::~GroupScope() { logger() = std::static_pointer_cast<spdlog::logger>(before_); }

void write_info(std::string_view text) {
  clear_status();
  last_line() = Clock::now();
  logger()->info("{}", printable(text));
}

void write_warning(std::string_view text) {
  clear_status();
  last_line() = Clock::now();
  logger()->warn("warning: {}", printable(text));
}

bool on_terminal() {
  return logger()->should_log(spdlog::level::info) && isatty(STDERR_FILENO) == 1;
}

void write_status(std::string_view text) {
  const std::string line = clear_line + std::string(text);
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
  status_open() = true;
}

void set_phase(std::string_view phase) {
  const std::lock_guard lock(progress().mutex);
  progress().phase = phase;
  beat();
}

std::string phase() {
  const std::lock_guard lock(progress().mutex);
  return progress().phase;
}

void beat() { ++progress().beats; }
std::uint64_t beats() { return progress().beats; }

}  // namespace nubox::log

namespace nubox {

void enter_phase(std::string_view phase) {
  constexpr double shortest_interval_s = 10;
  log::set_phase(phase);
  if (log::on_terminal()) {
    log::write_status(phase);
  } else if (log::seconds_since_line() >= shortest_interval_s) {
    log::info("{} ...", phase);
  }
}

}  // namespace nubox
