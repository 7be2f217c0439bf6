#pragma once

#include "nubox/par/comm.hpp"

#include "app/setup.hpp"

#include <string>

#include <nlohmann/json.hpp>

namespace nubox::app {

/// First members of every JSON report: format, ranks and versions.
[[nodiscard]] inline nlohmann::json report_header(const par::Comm& world,
                                                  const std::string& format) {
  return {{"format", format},
          {"format_version", 1},
          {"ranks", world.size()},
          {"code_version", version_line()},
          {"libraries", library_versions()}};
}

}  // namespace nubox::app
