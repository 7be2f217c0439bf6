#pragma once

#include "nubox/io/table_file.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace nubox::io {

/// A table of which only named objects were read.
struct NamedTable {
  TableFile table;
  /// Other names next to the ones that were asked for; what they lead to was not looked at.
  std::vector<std::string> ignored;
};

/// Names of the objects to read, for a file with these root attributes: paths of datasets
/// ("weights/a"), and of groups whose attributes are wanted, with a slash at the end ("metrics/").
using TableNames = std::function<std::vector<std::string>(const Attributes& root)>;

/// As read_table_file, but reads the objects of these names alone. Those that do not exist are
/// missing in the result. Only hard links inside the file are followed.
/// Collective. @throws as read_table_file; InputError (agreed) for a name that is a soft or
/// external link, or an object of another kind
[[nodiscard]] NamedTable read_named_table(const par::Comm& comm, const std::filesystem::path& path,
                                          const std::string& expected_format,
                                          const TableNames& names);

}  // namespace nubox::io
