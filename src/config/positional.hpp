#pragma once

#include "nubox/config/options.hpp"

#include <string>
#include <vector>

/// Words of the command line without dashes: configuration files and inputs. Rank-local.
namespace nubox::config {

enum class WordKind { configuration, input };

/// Whether a word names a configuration file or an input of the command (Command::input).
///
/// Text files and names that end in .ini are configurations. Data files, directories, wildcards and
/// names of nothing that exists are inputs; so are the choices of the input, if it has any.
/// @throws UsageError for a directory or a data file if the command takes none
[[nodiscard]] WordKind kind_of_word(const Command& command, const std::string& word);

/// The inputs as the text of one value: paths with commas are quoted.
/// @throws UsageError for more words than the command takes
[[nodiscard]] std::string joined_inputs(const Command& command,
                                        const std::vector<std::string>& words);

}  // namespace nubox::config
