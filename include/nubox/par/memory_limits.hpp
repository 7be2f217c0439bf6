#pragma once

#include "nubox/par/comm.hpp"

#include <cstdint>
#include <string>

namespace nubox::par {

/// Refuses work that does not fit into memory before anything of it is allocated: `bytes` is what
/// this rank is about to allocate, `what` names the work ("a force mesh of 1024^3"). The ranks of
/// one machine share what it has available. Collective.
/// @throws UsageError (agreed) that says how much is missing
void require_memory(const Comm& comm, std::uint64_t bytes, const std::string& what);

}  // namespace nubox::par
