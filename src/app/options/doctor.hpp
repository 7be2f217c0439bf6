#pragma once

#include "nubox/config/config.hpp"
#include "nubox/doctor/check.hpp"

namespace nubox::app {

/// The [doctor] section; with box.n given, the simulation that the other sections describe.
/// Collective. @throws FileSystemError (agreed) if the linear tables are missing
[[nodiscard]] doctor::Options doctor_options(const par::Comm& world, const config::Config& config);

}  // namespace nubox::app
