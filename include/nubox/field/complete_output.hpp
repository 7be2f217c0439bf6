#pragma once

#include "nubox/io/field_header.hpp"
#include "nubox/par/comm.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace nubox::field {

/// True if `path` is a valid field file of exactly this run. The whole file is read and verified,
/// so that a damaged box does not count as finished; a damaged file counts as missing.
///
/// @param difference  says from the header in what the file is of another run; empty: it is of this
///                    one
/// @param option      names the output, for the error message
/// Collective. @throws InputError (agreed) if there is a valid file of another run, which is never
///         overwritten; FileSystemError (agreed) if it is no field file at all
[[nodiscard]] bool is_complete_output(
    const par::Comm& comm, const std::filesystem::path& path,
    const std::function<std::string(const io::FieldHeader&)>& difference,
    const std::string& option);

}  // namespace nubox::field
