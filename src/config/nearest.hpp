#pragma once

#include "nubox/config/options.hpp"

#include <span>
#include <string>
#include <vector>

/// Suggestions for misspelt names, by edit distance. Rank-local.
namespace nubox::config {

/// The name that is closest to `typed`; the first of equally close ones. A name that begins with
/// `typed` is closer than any misspelling.
[[nodiscard]] std::string nearest_name(const std::string& typed,
                                       std::span<const std::string> names);

/// The option ("section.key") whose name is closest to a misspelt "section.key".
///
/// @param own_section  its options precede those of other sections if they are as close
[[nodiscard]] std::string nearest_option(const std::string& typed, const std::string& own_section);

/// Suggestion for a misspelt name on the command line as it is to be typed: "--key" of the
/// command's own section, or "--section.key". A name without section is compared with the keys of
/// the own section first, then with those of the command's other sections.
[[nodiscard]] std::string nearest_typed(const Command& command, const std::string& typed);

}  // namespace nubox::config
