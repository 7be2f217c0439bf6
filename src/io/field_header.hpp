#pragma once

#include "nubox/io/field_file.hpp"

namespace nubox::io {

inline constexpr const char* field_format = "nubox-field";

/// Root attributes of a field file, `format` and `format_version` included.
[[nodiscard]] Attributes attributes_of(const FieldHeader& header);

/// @throws InputError naming `where` and the attribute that is missing, ill-typed or meaningless
[[nodiscard]] FieldHeader header_of(const Attributes& attributes, const std::string& where);

}  // namespace nubox::io
