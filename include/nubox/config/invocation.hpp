#pragma once

#include <string>
#include <vector>

namespace nubox::config {

/// What a command line asks for: a command of the table, or a text about the program.
struct Invocation {
  enum class Kind { command, versions, text };
  Kind kind = Kind::command;
  std::string command{};            ///< name of the command
  std::vector<std::string> args{};  ///< what follows it
  std::string text{};               ///< to be printed
  bool nothing_asked = false;       ///< an empty command line: `text` is the help
};

/// Reads the first words of a command line. Besides commands there are: help [COMMAND], --help and
/// -h; version and --version; completion bash|zsh; manual [COMMAND]; --help-options. Rank-local.
/// @throws UsageError for an unknown command, with the command line that may be meant
[[nodiscard]] Invocation read_invocation(const std::vector<std::string>& args);

}  // namespace nubox::config
