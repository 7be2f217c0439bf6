#pragma once

#include <string_view>

namespace nubox {

/// Sets the phase of the log (log::set_phase) and shows it: as the status line of a terminal; in a
/// log as a line, if the line before is older than ten seconds. For phases that may take long.
void enter_phase(std::string_view phase);

}  // namespace nubox
