#include "nubox/config/invocation.hpp"
#include "nubox/config/pages.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/watchdog.hpp"

#include "app/commands.hpp"
#include "app/setup.hpp"
#include "app/torch_program.hpp"

#include <cstdio>
#include <functional>
#include <map>

namespace nubox::app {
namespace {

using CommandFunction = std::function<void(const par::Comm&, const config::Config&)>;

const std::map<std::string, CommandFunction>& functions() {
  static const std::map<std::string, CommandFunction> table = {
      {"simulate", simulate}, {"stats", stats},       {"bench", bench},   {"info", info},
      {"import", import_box}, {"export", export_box}, {"doctor", doctor},
#ifdef NUBOX_WITH_TORCH
      {"train", train},       {"predict", predict},
#endif
  };
  return table;
}

void require_same_config(const par::Comm& world, const config::Config& config) {
  const auto hashes = world.all_gather(config.hash());
  par::agree(world, [&] {
    if (hashes.front() != config.hash()) {
      throw UsageError(
          "ranks read different configurations: check that all nodes see the same file");
    }
  });
}

}  // namespace

void print(const par::Comm& world, const std::string& text) {
  if (!world.is_root()) return;
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

int run(const par::Comm& world, const std::vector<std::string>& args) {
  const config::Invocation asked = par::agree(world, [&] { return config::read_invocation(args); });
  if (asked.kind == config::Invocation::Kind::text) {
    print(world, asked.text);
    return static_cast<int>(asked.nothing_asked ? ExitCode::usage : ExitCode::ok);
  }
  if (asked.kind == config::Invocation::Kind::versions) {
    print(world, library_versions());
    return 0;
  }
  const std::string& command = asked.command;
  const config::Config config = par::agree(world, [&] {
    auto parsed = config::Config::parse(command, asked.args);
    require_torch_program(parsed);
    return parsed;
  });
  if (config.version()) {
    print(world, library_versions());
    return 0;
  }
  if (config.help() || config.help_config()) {
    print(world, config.help() ? config::help_text(command) : config::help_config_text(command));
    return 0;
  }
  require_same_config(world, config);
  const Stopwatch watch;
  log::set_phase(command);
  const par::Watchdog watchdog(
      std::chrono::duration<double>(60 * config.number("run.watchdog_minutes")));
  log::info("nubox {} {} on {} rank{}", command, version_line(), world.size(),
            world.size() > 1 ? "s" : "");
  functions().at(command)(world, config);
  log::info("{} done in {:.1f} s", command, watch.seconds());
  return 0;
}

}  // namespace nubox::app
