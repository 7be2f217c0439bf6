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
/// @param same_run  decides by the header of the file
/// @param option    names the output, for the error message
/// Collective. @throws InputError (agreed) if a sound file of another run is there: it is never
///         overwritten
[[nodiscard]] bool is_complete_output(const par::Comm& comm, const std::filesystem::path& path,
                                      const std::function<bool(const io::FieldHeader&)>& same_run,
                                      const std::string& option);

}  // namespace nubox::field
