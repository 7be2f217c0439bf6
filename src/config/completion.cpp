#include "nubox/config/options.hpp"
#include "nubox/config/pages.hpp"
#include "nubox/core/error.hpp"

#include <algorithm>

#include <fmt/ranges.h>

namespace nubox::config {
namespace {

/// Words in the place of a command that are no commands.
const std::vector<std::pair<std::string, std::string>> other_words = {
    {"help", "options of a command"},
    {"version", "versions of program and libraries"},
    {"completion", "script that completes commands and options"},
    {"manual", "manual page of a command"}};
const std::vector<std::pair<std::string, std::string>> switches = {
    {"help", "print the options of the command"},
    {"help-config", "print a complete commented configuration file"},
    {"version", "print the versions of program and libraries"},
    {"check", "validate configuration and inputs, do nothing"},
    {"dry-run", "estimate memory and time, do nothing"}};

/// Values that a shell can offer.
std::vector<std::string> values_of(const Option& option) {
  if (option.type == Type::flag) return {"true", "false"};
  return option.choices;
}

/// Names of an option on the command line of a command.
std::vector<std::string> typed_names(const Command& command, const Option& option) {
  std::vector<std::string> names{"--" + option.name()};
  if (option.section == command.name) names.push_back("--" + option.key);
  return names;
}

/// Cases of one command: its options, and the values of those that have choices.
std::string bash_case(const Command& command) {
  std::vector<std::string> words, cases;
  for (const auto& [name, meaning] : switches) words.push_back("--" + name);
  for (const Option* option : options_of(command)) {
    const auto names = typed_names(command, *option);
    for (const std::string& name : names) words.push_back(name + "=");
    if (const auto values = values_of(*option); !values.empty()) {
      cases.push_back(
          fmt::format("        {}) values='{}' ;;", fmt::join(names, "|"), fmt::join(values, " ")));
    }
  }
  return fmt::format("    {})\n      options='{}'\n      case \"$option\" in\n{}\n      esac ;;\n",
                     command.name, fmt::join(words, " "), fmt::join(cases, "\n"));
}

std::string bash_script() {
  std::vector<std::string> words;
  for (const Command& command : command_table()) words.push_back(command.name);
  const std::string commands = fmt::format("{}", fmt::join(words, " "));
  for (const auto& [word, meaning] : other_words) words.push_back(word);
  std::string cases;
  for (const Command& command : command_table()) cases += bash_case(command);
  // Where '=' separates words (COMP_WORDBREAKS), the option is the word before it.
  return fmt::format(R"(# Completion of nubox for bash: source <(nubox completion bash)
_nubox() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD - 1]}}"
  local option='' options='' values='' before=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W '{0}' -- "$current")
    return
  fi
  if [ "$current" = '=' ]; then
    option="$previous" current=''
  elif [ "$previous" = '=' ]; then
    option="${{COMP_WORDS[COMP_CWORD - 2]}}"
  elif [[ "$current" == --*=* ]]; then
    option="${{current%%=*}}" before="${{current%%=*}}=" current="${{current#*=}}"
  fi
  case "${{COMP_WORDS[1]}}" in
    help|manual) mapfile -t COMPREPLY < <(compgen -W '{1}' -- "$current"); return ;;
    completion) mapfile -t COMPREPLY < <(compgen -W 'bash zsh' -- "$current"); return ;;
{2}  esac
  if [ -n "$option" ]; then
    if [ -n "$values" ]; then
      mapfile -t COMPREPLY < <(compgen -P "$before" -W "$values" -- "$current")
    else
      mapfile -t COMPREPLY < <(compgen -P "$before" -f -- "$current")
    fi
  elif [[ "$current" == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    [[ "${{COMPREPLY[0]:-}}" != *= ]] || compopt -o nospace 2>/dev/null || true
  fi
}}
complete -o default -F _nubox nubox
)",
                     fmt::join(words, " "), commands, cases);
}

/// Text between quotes and brackets of an argument of _arguments.
std::string zsh_text(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return escaped;
}

std::string zsh_case(const Command& command) {
  std::string lines;
  for (const auto& [name, meaning] : switches) {
    lines += fmt::format("        '--{}[{}]'\n", name, meaning);
  }
  for (const Option* option : options_of(command)) {
    const auto values = values_of(*option);
    const std::string action =
        values.empty() ? "_files" : fmt::format("({})", fmt::join(values, " "));
    for (const std::string& name : typed_names(command, *option)) {
      lines += fmt::format("        '{}=[{}]:value:{}'\n", name, zsh_text(option->doc), action);
    }
  }
  return fmt::format("    {})\n      options=(\n{}      ) ;;\n", command.name, lines);
}

std::string zsh_script() {
  std::string commands, names, cases;
  for (const Command& command : command_table()) {
    commands += fmt::format("    '{}:{}'\n", command.name, zsh_text(command.summary));
    names += (names.empty() ? "" : " ") + command.name;
    cases += zsh_case(command);
  }
  for (const auto& [word, meaning] : other_words) {
    commands += fmt::format("    '{}:{}'\n", word, meaning);
  }
  return fmt::format(R"(#compdef nubox
# Completion of nubox for zsh: in a directory of $fpath as _nubox, or source <(nubox completion zsh)
_nubox() {{
  local -a commands options
  commands=(
{0}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case $words[2] in
    help|manual) _values command {1}; return ;;
    completion) _values shell bash zsh; return ;;
{2}  esac
  shift words
  (( CURRENT-- ))
  _arguments $options '*:file:_files'
}}
compdef _nubox nubox
)",
                     commands, names, cases);
}

}  // namespace

std::string completion_text(const std::string& shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  throw UsageError("nubox completion bash, or nubox completion zsh: there is no script for '{}'",
                   shell);
}

}  // namespace nubox::config
