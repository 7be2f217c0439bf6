#pragma once

#include "nubox/config/options.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/program_options/options_description.hpp>

/// Where options come from: configuration files and the command line. All functions are rank-local.
namespace nubox::config {

inline constexpr std::string_view default_origin = "default";
inline constexpr const char* command_line_place = "command line";

/// An option as it was given. Its name is that of a row of the table, its value is not yet checked.
struct Given {
  std::string name, text;
  std::string place;            ///< "FILE:12" or "command line", for messages
  bool marked_default = false;  ///< its line ends in the comment with which to_ini() marks defaults
};

/// The options of the table, for the parser.
[[nodiscard]] boost::program_options::options_description table_description();

/// @throws UsageError naming file and line, FileSystemError (unreadable file)
[[nodiscard]] std::vector<Given> read_config_file(const std::string& file);

/// A parsed command line: switches, configuration files and options.
struct CommandLine {
  std::set<std::string> switches;
  std::vector<std::string> files;
  std::vector<Given> options;
};
/// Options by their full or short names, and words without dashes: configuration files, or what
/// Command::input names. @throws UsageError
[[nodiscard]] CommandLine read_command_line(const Command& command,
                                            const std::vector<std::string>& args);

/// "section.key" of a name as typed after the dashes: the full name, or the key of an option of the
/// command's own section, whose unit may be left out (mnu, mnu_eV). Empty for other names.
[[nodiscard]] std::string full_name(const Command& command, const std::string& typed);

}  // namespace nubox::config
