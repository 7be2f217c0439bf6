#include "nubox/core/build_info.hpp"

#include "git_revision.hpp"

#include <fmt/format.h>

namespace nubox {

std::string version_number() { return NUBOX_VERSION; }

std::string version_text() { return fmt::format("{} ({})", NUBOX_VERSION, NUBOX_GIT_REVISION); }

std::string compiler_text() { return fmt::format("g++ {}, {}", __VERSION__, NUBOX_BUILD_TYPE); }

}  // namespace nubox
