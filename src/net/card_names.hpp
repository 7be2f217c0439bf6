#pragma once

#include "nubox/io/attributes.hpp"

#include <string>
#include <vector>

namespace nubox::net {

/// io::TableNames of all that a card can contain. Rank-local. @throws InputError for attributes
/// that describe no architecture
[[nodiscard]] std::vector<std::string> card_names(const io::Attributes& root);

}  // namespace nubox::net
