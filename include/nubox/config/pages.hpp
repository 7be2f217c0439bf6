#pragma once

#include <string>

/// Texts made of the tables of commands and options. Rank-local.
namespace nubox::config {

/// --help of one command, or of the program for an empty name.
[[nodiscard]] std::string help_text(const std::string& command);
/// A complete commented INI for a command.
[[nodiscard]] std::string help_config_text(const std::string& command);
/// The page docs/reference/options.md: every option of every command, as Markdown.
[[nodiscard]] std::string options_page();

/// Script that completes commands, options and their choices. @throws UsageError unless the shell
/// is bash or zsh
[[nodiscard]] std::string completion_text(const std::string& shell);

/// Manual page in roff (man 7): nubox-COMMAND(1), or nubox(1) for an empty name.
[[nodiscard]] std::string manual_page(const std::string& command);

}  // namespace nubox::config
