#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nubox::config {

enum class Type { integer, number, flag, text, choice, integers, numbers, texts };

/// One row of the option table, the only definition of a key, its default and its meaning.
struct Option {
  std::string section;
  std::string key;
  Type type = Type::text;
  std::string default_value;  ///< text form; empty for inputs without default
  std::optional<double> min;  ///< inclusive range of numbers and list elements
  std::optional<double> max;
  std::vector<std::string> choices;  ///< accepted values (choice, elements of texts if given)
  std::string doc;                   ///< one or two sentences: meaning, unit, source

  [[nodiscard]] std::string name() const { return section + "." + key; }
};

/// All options of all commands, in the order of --help-config.
[[nodiscard]] const std::vector<Option>& option_table();

/// The row of "section.key", or nullptr.
[[nodiscard]] const Option* find_option(std::string_view name);

/// A subcommand and what it reads. The section with its name is its own section: keys of its
/// options are short names on the command line.
struct Command {
  std::string name;
  std::string summary;
  std::vector<std::string> sections;
  std::vector<std::string> options{};  ///< "section.key" of single options of other sections
  /// "section.key" of the option that words without dashes give, except configuration files; empty:
  /// none.
  std::string input{};
  bool several_inputs = false;
  bool input_is_directory = false;
  std::string input_hint{};  ///< for the message that refuses a file or a second one

  [[nodiscard]] bool reads(const Option& option) const;
};
[[nodiscard]] const std::vector<Command>& command_table();
/// Options of [import] that say how to read a snapshot: every command that reads one takes them.
[[nodiscard]] const std::vector<std::string>& reader_option_names();
/// These, and the options of [import] that say how a snapshot becomes a box.
[[nodiscard]] const std::vector<std::string>& import_option_names();
[[nodiscard]] bool is_command(std::string_view name);
/// @throws InternalError for an unknown name
[[nodiscard]] const Command& command_of(std::string_view name);
/// The options that a command reads, in the order of the table.
[[nodiscard]] std::vector<const Option*> options_of(const Command& command);

}  // namespace nubox::config
