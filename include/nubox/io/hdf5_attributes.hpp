#pragma once

#include "nubox/core/error.hpp"
#include "nubox/io/field_file.hpp"
#include "nubox/io/hdf5.hpp"

#include <filesystem>
#include <string>
#include <vector>

/// Attributes of HDF5 objects: scalars of int64, double and text. Every object written by nubox has
/// `attributes_checksum`, which covers all its other attributes except the end mark `complete`.
namespace nubox::io {

/// One line per attribute in name order, "name=<i|f|s><length>:<value>\n"; numbers of type f as
/// the 16 hexadecimal digits of their bits. The checksum is computed from this text, and ranks
/// exchange it.
[[nodiscard]] std::string canonical_text(const Attributes& attributes);
[[nodiscard]] Attributes parse_canonical_text(const std::string& text);

void write_attribute(hid_t object, const std::string& name, const AttributeValue& value);
/// All attributes and their checksum.
void write_attributes(hid_t object, const Attributes& attributes);

/// Elements of one attribute: several for arrays and none for empty ones, which only foreign files
/// have. Unsigned integers above the largest signed one become that one.
/// @throws InputError for a type that is neither integer, real number nor text
[[nodiscard]] std::vector<AttributeValue> read_attribute(hid_t object, const std::string& name);
[[nodiscard]] std::vector<std::string> attribute_names(hid_t object);
/// All attributes but the checksum and the end mark.
/// @throws InputError "<where>: ..." if the checksum is missing or differs
[[nodiscard]] Attributes read_attributes(hid_t object, const std::string& where);

/// Root attributes of a nubox file after its format, end mark and version were checked, in this
/// order, each with its own message. @throws InputError
[[nodiscard]] Attributes read_signed_attributes(hid_t file, const std::string& where,
                                                const std::string& format, int version);

/// Writes the end mark `complete`; readers refuse a file without it.
void write_complete_mark(hid_t file, bool complete);

/// Opens a file for reading. Rank-local. @throws FileSystemError if it is missing, InputError if it
/// is damaged
[[nodiscard]] hdf5::File open_existing(const std::filesystem::path& path);

/// The error of a file that HDF5 cannot read: damaged, or in a format newer than the library, which
/// the message tells apart by HDF5's reason.
[[nodiscard]] InputError unreadable(const std::string& where, const std::string& reason);

/// Runs a reading step and turns a failure of HDF5 into unreadable().
template <class Work>
auto reading(const std::string& where, Work&& work) {
  try {
    return work();
  } catch (const FileSystemError& error) {
    throw unreadable(where, error.what());
  }
}

}  // namespace nubox::io
