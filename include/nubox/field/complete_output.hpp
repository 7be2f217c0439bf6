#pragma once

#include "nubox/io/field_header.hpp"
#include "nubox/par/comm.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace nubox::field {

/// True if `path` is a sound field file of exactly this run. The file is read whole, so that a
/// damaged box is not taken for a finished one; a damaged file counts as missing.
///
/// @param difference  says by the header of the file in what it is another run; empty: it is this
/// one
/// @param option      names the output, for the error message
/// Collective. @throws InputError (agreed) if a sound file of another run is there, which is never
///         overwritten; FileSystemError (agreed) if it is no field file at all
[[nodiscard]] bool is_complete_output(
    const par::Comm& comm, const std::filesystem::path& path,
    const std::function<std::string(const io::FieldHeader&)>& difference,
    const std::string& option);

}  // namespace nubox::field
