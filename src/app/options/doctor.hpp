#pragma once

#include "nubox/config/config.hpp"
#include "nubox/doctor/check.hpp"

namespace nubox::app {

/// The [doctor] section and, if box.n is given, the simulation of the other sections. Collective.
/// @throws FileSystemError (agreed) if the linear tables are missing
[[nodiscard]] doctor::Options doctor_options(const par::Comm& world, const config::Config& config);

}  // namespace nubox::app
