#include "nubox/config/invocation.hpp"

#include "nubox/config/config.hpp"
#include "nubox/config/options.hpp"
#include "nubox/config/pages.hpp"
#include "nubox/core/error.hpp"

#include "config/nearest.hpp"

#include <filesystem>

namespace nubox::config {
namespace {

std::vector<std::string> names_of_commands() {
  std::vector<std::string> names;
  for (const Command& command : command_table()) names.push_back(command.name);
  return names;
}

UsageError unknown_command(const std::string& word) {
  std::error_code ignored;
  if (word.ends_with(".ini")) {
    return UsageError(
        "'{0}' is a configuration file: name the command first, for example nubox simulate {0}\n\n"
        "{1}",
        word, help_text(""));
  }
  if (std::filesystem::exists(word, ignored)) {
    return UsageError("'{0}' is a file: name the command first, for example nubox info {0}\n\n{1}",
                      word, help_text(""));
  }
  std::vector<std::string> names = names_of_commands();
  names.insert(names.end(), {"help", "version"});
  return UsageError("unknown command '{}'; did you mean '{}'?\n\n{}", word,
                    nearest_name(word, names), help_text(""));
}

/// A command named after help or manual; empty if there is none. @throws UsageError
std::string named_command(const std::vector<std::string>& args) {
  if (args.size() < 2) return "";
  if (!is_command(args[1])) throw unknown_command(args[1]);
  return args[1];
}

Invocation text_of(std::string text) {
  return {.kind = Invocation::Kind::text, .text = std::move(text)};
}

}  // namespace

Invocation read_invocation(const std::vector<std::string>& args) {
  if (args.empty()) {
    return {.kind = Invocation::Kind::text, .text = help_text(""), .nothing_asked = true};
  }
  const std::string& word = args.front();
  if (word == "help" || word == "--help" || word == "-h") {
    return text_of(help_text(named_command(args)));
  }
  if (word == "version" || word == "--version") return {.kind = Invocation::Kind::versions};
  if (word == "--help-options") return text_of(options_page());
  if (word == "completion") return text_of(completion_text(args.size() > 1 ? args[1] : ""));
  if (word == "manual") return text_of(manual_page(named_command(args)));
  if (!is_command(word)) throw unknown_command(word);
  return {.command = word, .args = {args.begin() + 1, args.end()}};
}

}  // namespace nubox::config
