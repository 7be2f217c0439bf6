#include "nubox/config/config.hpp"

#include "config/values.hpp"

#include <algorithm>

#include <fmt/ranges.h>

namespace nubox::config {
namespace {

std::string program_help() {
  std::string text =
      "nubox <command> [CONFIG.ini ...] [--section.key=value ...]\n"
      "Massive-neutrino N-body boxes from massless ones; runs under mpirun or srun.\n\nCommands:\n";
  for (const Command& command : command_table()) {
    text += fmt::format("  {:<10} {}\n", command.name, command.summary);
  }
  return text +
         "\nnubox <command> --help         options of a command\n"
         "nubox <command> --help-config  a complete commented configuration file\n"
         "nubox <command> --check        validate configuration and inputs, do nothing\n"
         "nubox <command> --dry-run      memory and time estimate, do nothing\n"
         "nubox --version                versions of program and libraries\n";
}

template <class Visit>
void for_each_option_of(const std::string& name, Visit&& visit) {
  for (const Command& command : command_table()) {
    if (command.name != name) continue;
    for (const Option& option : option_table()) {
      if (command.reads(option)) visit(option);
    }
  }
}

}  // namespace

std::string help_text(const std::string& command) {
  if (command.empty()) return program_help();
  std::string text =
      fmt::format("nubox {} [CONFIG.ini ...] [--section.key=value ...]\n\n", command);
  for_each_option_of(command, [&](const Option& option) {
    text += fmt::format("  --{} = {}\n      {} ({})\n", option.name(),
                        option.default_value.empty() ? "(none)" : option.default_value, option.doc,
                        accepted_values(option));
  });
  return text;
}

std::string help_config_text(const std::string& command) {
  std::string text = fmt::format("# nubox {}: every option with its default\n", command);
  std::string section;
  for_each_option_of(command, [&](const Option& option) {
    if (option.section != section) text += fmt::format("\n[{}]\n", section = option.section);
    const bool optional_input = option.default_value.empty();
    text += fmt::format("# {} Accepts {}.\n{}{} = {}\n", option.doc, accepted_values(option),
                        optional_input ? "# " : "", option.key, option.default_value);
  });
  return text;
}

std::string options_page() {
  std::string text =
      "# Options\n\nMade by `nubox --help-options` from the option table; do not edit. `nubox "
      "<command> "
      "--help` prints the same for one command.\n\n| command | sections and single options "
      "|\n|---|---|\n";
  for (const Command& command : command_table()) {
    std::vector<std::string> parts = command.sections;
    for (const std::string& name : command.options) parts.push_back("`" + name + "`");
    text += fmt::format("| `{}` | {} |\n", command.name, fmt::join(parts, ", "));
  }
  std::string section;
  for (const Option& option : option_table()) {
    if (option.section != section) text += fmt::format("\n## {}\n\n", section = option.section);
    const std::string value =
        option.default_value.empty() ? "none" : fmt::format("`{}`", option.default_value);
    text += fmt::format("- `{}` (default {}): {} Accepts {}.\n", option.name(), value, option.doc,
                        accepted_values(option));
  }
  return text;
}

}  // namespace nubox::config
