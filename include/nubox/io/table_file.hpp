#pragma once

#include "nubox/core/error.hpp"
#include "nubox/io/field_file.hpp"
#include "nubox/io/output_check.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace nubox::io {

inline constexpr int table_format_version = 1;

/// A dense array with its shape (row-major).
struct Array {
  std::vector<std::size_t> shape;
  std::variant<std::vector<float>, std::vector<double>, std::vector<std::int64_t>,
               std::vector<std::uint64_t>>
      values;
  std::string units;
  std::string description;
};

/// Contents of a small HDF5 file (statistics, model, checkpoint): root and group attributes and
/// named arrays ("power/k"). In the file every dataset and every set of attributes has an XXH3
/// checksum, and `complete` is written last. A user block of 512 bytes at the start of the file
/// contains the checksum of all other bytes, so that HDF5 never parses damaged ones.
struct TableFile {
  std::string format;  ///< "nubox-stats", "nubox-model", "nubox-checkpoint"
  int version = table_format_version;
  Attributes attributes;                               ///< root
  std::map<std::string, Attributes> group_attributes;  ///< by group path
  std::map<std::string, Array> arrays;                 ///< by dataset path
};

/// The values of a dataset that must exist. Rank-local.
/// @throws InputError naming it if it is missing or of another type
template <class T>
[[nodiscard]] const std::vector<T>& column(const TableFile& table, const std::string& name) {
  const auto found = table.arrays.find(name);
  if (found == table.arrays.end()) throw InputError("dataset '{}' is missing", name);
  const auto* values = std::get_if<std::vector<T>>(&found->second.values);
  if (values == nullptr) throw InputError("dataset '{}' is not of the expected type", name);
  return *values;
}

/// Text with which every table file begins, whatever its format.
inline constexpr const char* table_beginning = "nubox table";

/// What a table file of this format may replace.
[[nodiscard]] inline OutputKind table_kind(const std::string& format) {
  return {.format = format, .remnant = table_beginning};
}

/// Rank 0 writes, published atomically. Collective. @throws FileSystemError (agreed)
void write_table_file(const par::Comm& comm, const std::filesystem::path& path,
                      const TableFile& table);

/// Rank 0 reads and verifies every checksum, all ranks get a copy. Collective.
/// @throws InputError (wrong format, version, checksum, incomplete), FileSystemError; agreed
[[nodiscard]] TableFile read_table_file(const par::Comm& comm, const std::filesystem::path& path,
                                        const std::string& expected_format);

}  // namespace nubox::io
