#include "app/torch_program.hpp"

#include "nubox/config/invocation.hpp"
#include "nubox/core/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <unistd.h>
#include <vector>

namespace nubox::app {
namespace {

#ifndef NUBOX_WITH_TORCH
constexpr std::array torch_commands{"train", "predict"};
#endif

#ifdef NUBOX_TORCH_PROGRAM

constexpr std::array torch_components{"allreduce", "train", "predict"};  // of bench
constexpr std::array torch_checks{"conv", "sums"};                       // of doctor

bool needs_torch(const config::Config& config) {
  if (config.help() || config.help_config() || config.version()) return false;
  const auto among = [](const auto& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
  };
  if (config.command() == "bench") return among(torch_components, config.text("bench.what"));
  if (config.command() == "doctor") {
    return std::ranges::any_of(config.texts("doctor.checks"), [&](const std::string& check) {
      return among(torch_checks, check);
    });
  }
  return among(torch_commands, config.command());
}

std::filesystem::path torch_program() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / NUBOX_TORCH_PROGRAM;
}

#endif

}  // namespace

#ifdef NUBOX_TORCH_PROGRAM

void continue_in_torch_program(char** argv) {
  std::vector<std::string> args;
  for (char** arg = argv; *arg != nullptr; ++arg) args.emplace_back(*arg);
  if (args.empty()) return;
  args.erase(args.begin());
  try {
    const config::Invocation asked = config::read_invocation(args);
    if (asked.kind != config::Invocation::Kind::command) return;
    if (!needs_torch(config::Config::parse(asked.command, asked.args))) return;
  } catch (const Error&) {
    return;  // reported by the command
  }
  ::execv(torch_program().c_str(), argv);
}

void require_torch_program(const config::Config& config) {
  if (!needs_torch(config)) return;
  const std::filesystem::path program = torch_program();
  const char* reason = ::access(program.c_str(), X_OK) != 0 ? std::strerror(errno) : "execv failed";
  throw FileSystemError(
      "'{}' needs LibTorch and runs as {}, which cannot be started ({}): nubox and {} have to be "
      "in "
      "one directory",
      config.command(), program.string(), reason, NUBOX_TORCH_PROGRAM);
}

#elif defined(NUBOX_WITH_TORCH)

void continue_in_torch_program(char**) {}
void require_torch_program(const config::Config&) {}

#else

void continue_in_torch_program(char**) {}

void require_torch_program(const config::Config& config) {
  if (std::ranges::find(torch_commands, config.command()) == torch_commands.end()) return;
  throw UsageError("this nubox was built without LibTorch, which '{}' needs", config.command());
}

#endif

}  // namespace nubox::app
