#pragma once

#include "nubox/par/comm.hpp"

#include "app/setup.hpp"

#include <string>

#include <nlohmann/json.hpp>

namespace nubox::app {

/// Where every JSON report of a command begins: its format, and what it was made with.
[[nodiscard]] inline nlohmann::json report_header(const par::Comm& world,
                                                  const std::string& format) {
  return {{"format", format},
          {"format_version", 1},
          {"ranks", world.size()},
          {"code_version", version_line()},
          {"libraries", library_versions()}};
}

}  // namespace nubox::app
