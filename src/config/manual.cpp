#include "nubox/config/options.hpp"
#include "nubox/config/pages.hpp"
#include "nubox/core/build_info.hpp"

#include "config/usage.hpp"
#include "config/values.hpp"

namespace nubox::config {
namespace {

/// Text in which roff finds neither escapes nor requests.
std::string roff(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else if (c == '\'') {
      escaped += "\\(aq";
    } else {
      escaped += c;
    }
  }
  return escaped.starts_with('.') ? "\\&" + escaped : escaped;
}

std::string heading(const std::string& page, const std::string& summary) {
  return fmt::format(".TH \"{}\" 1 \"\" \"nubox {}\" \"nubox\"\n.SH NAME\n{} \\- {}\n", roff(page),
                     version_number(), roff(page), roff(summary));
}

std::string program_page() {
  std::string text = heading("nubox", "massive-neutrino N-body boxes from massless ones");
  text += fmt::format(".SH SYNOPSIS\n{}\n.SH DESCRIPTION\n", roff(usage_line("")));
  text += roff(
      "Runs alone or under mpirun or srun on any number of ranks. Options on the command line "
      "override those in configuration files, a later file overrides an earlier one, and files "
      "override the defaults.");
  text += "\n.SH COMMANDS\n";
  for (const Command& command : command_table()) {
    text +=
        fmt::format(".TP\n.BR {} (1)\n{}\n", roff("nubox-" + command.name), roff(command.summary));
  }
  text += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] :
       {std::pair{"0", "done"},
        {"1", "internal error"},
        {"2", "usage or configuration"},
        {"3", "input data rejected"},
        {"4", "file system"},
        {"5", "numerical failure"},
        {"6", "communication failure or watchdog"},
        {"85", "stopped on purpose after a durable checkpoint: run it again"}}) {
    text += fmt::format(".TP\n.B {}\n{}\n", code, roff(meaning));
  }
  return text;
}

}  // namespace

std::string manual_page(const std::string& command_name) {
  if (command_name.empty()) return program_page();
  const Command& command = command_of(command_name);
  std::string text = heading("nubox-" + command_name, command.summary);
  text += fmt::format(".SH SYNOPSIS\n{}\n.SH DESCRIPTION\n{}\n.SH OPTIONS\n",
                      roff(usage_line(command_name)), roff(usage_notes(command)));
  for (const Option* option : options_of(command)) {
    const bool own = option->section == command.name;
    const std::string names = "--" + option->name() + (own ? ", --" + option->key : "");
    text += fmt::format(".TP\n.B {}\n{} Accepts {}. Default: {}.\n", roff(names), roff(option->doc),
                        roff(accepted_values(*option)),
                        option->default_value.empty() ? "none" : roff(option->default_value));
  }
  return text + ".SH SEE ALSO\n.BR nubox (1)\n";
}

}  // namespace nubox::config
