#pragma once

#include "nubox/par/comm.hpp"

#include <string>
#include <vector>

namespace nubox::par {

/// The texts of all ranks in rank order, on every rank. Lengths may differ. Collective.
[[nodiscard]] std::vector<std::string> gather_texts(const Comm& comm, const std::string& text);

}  // namespace nubox::par
