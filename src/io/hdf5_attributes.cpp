#include "nubox/io/hdf5_attributes.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/io/bytes.hpp"

#include <bit>
#include <fcntl.h>

namespace nubox::io {
namespace {

constexpr const char* checksum_name = "attributes_checksum";
constexpr const char* complete_name = "complete";

std::string checksum_of_attributes(const Attributes& attributes) {
  const std::string text = canonical_text(attributes);
  return checksum_text(checksum(std::as_bytes(std::span(text))));
}

/// Text of a fixed length, or of any length (H5T_VARIABLE).
hdf5::Type text_type(std::size_t length) {
  hdf5::Type type(H5Tcopy(H5T_C_S1), "make a text type");
  hdf5::check(H5Tset_size(type.id(), length), "make a text type");
  hdf5::check(H5Tset_cset(type.id(), H5T_CSET_UTF8), "make a text type");
  return type;
}

template <class Value>
std::vector<AttributeValue> read_numbers(hid_t attribute, hid_t memory_type, std::size_t count) {
  std::vector<Value> values(count);
  hdf5::check(H5Aread(attribute, memory_type, values.data()), "read an attribute");
  return {values.begin(), values.end()};
}

std::vector<AttributeValue> read_texts(hid_t attribute, hid_t file_type, std::size_t count) {
  std::vector<AttributeValue> values;
  if (hdf5::check(H5Tis_variable_str(file_type), "read a text attribute") > 0) {
    const hdf5::Type memory_type = text_type(H5T_VARIABLE);
    const hdf5::Space space(H5Aget_space(attribute), "read a text attribute");
    std::vector<char*> pointers(count, nullptr);
    hdf5::check(H5Aread(attribute, memory_type.id(), pointers.data()), "read a text attribute");
    for (const char* pointer : pointers)
      values.emplace_back(std::string(pointer != nullptr ? pointer : ""));
    hdf5::check(H5Dvlen_reclaim(memory_type.id(), space.id(), H5P_DEFAULT, pointers.data()),
                "free a text attribute");
    return values;
  }
  const std::size_t size = H5Tget_size(file_type);
  std::string buffer(count * size, '\0');
  hdf5::check(H5Aread(attribute, file_type, buffer.data()), "read a text attribute");
  for (std::size_t i = 0; i < count; ++i) {
    const std::string padded = buffer.substr(i * size, size);
    values.emplace_back(padded.substr(0, padded.find('\0')));
  }
  return values;
}

bool has_attribute(hid_t object, const char* name) {
  return hdf5::check(H5Aexists(object, name), "look for an attribute") > 0;
}

std::string required_text(hid_t file, const char* name, const std::string& where) {
  if (has_attribute(file, name)) {
    const auto values = read_attribute(file, name);
    if (values.size() == 1 && std::holds_alternative<std::string>(values[0])) {
      return std::get<std::string>(values[0]);
    }
  }
  const bool snapshot = H5Lexists(file, "Header", H5P_DEFAULT) > 0;
  throw InputError(
      "{} is no nubox file: it has no root attribute '{}'{}", where, name,
      snapshot ? "; it looks like a snapshot, of which nubox import makes a field file" : "");
}

bool is_one(hid_t file, const char* name) {
  if (!has_attribute(file, name)) return false;
  const auto values = read_attribute(file, name);
  return values.size() == 1 && values[0] == AttributeValue(std::int64_t{1});
}

herr_t collect_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

}  // namespace

std::string canonical_text(const Attributes& attributes) {
  std::string text;
  for (const auto& [name, value] : attributes) {
    const char kind = "ifs"[value.index()];
    std::string body;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) body = std::to_string(*integer);
    if (const auto* number = std::get_if<double>(&value)) {
      body = checksum_text(std::bit_cast<std::uint64_t>(*number));
    }
    if (const auto* string = std::get_if<std::string>(&value)) body = *string;
    text += fmt::format("{}={}{}:{}\n", name, kind, body.size(), body);
  }
  return text;
}

Attributes parse_canonical_text(const std::string& text) {
  Attributes attributes;
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t equals = text.find('=', position);
    const std::size_t colon = text.find(':', equals);
    const std::size_t length = std::stoull(text.substr(equals + 2, colon - equals - 2));
    const std::string body = text.substr(colon + 1, length);
    AttributeValue& value = attributes[text.substr(position, equals - position)];
    if (text[equals + 1] == 'i') value = std::int64_t{std::stoll(body)};
    if (text[equals + 1] == 'f')
      value = std::bit_cast<double>(std::uint64_t{std::stoull(body, nullptr, 16)});
    if (text[equals + 1] == 's') value = body;
    position = colon + 1 + length + 1;
  }
  return attributes;
}

void write_attribute(hid_t object, const std::string& name, const AttributeValue& value) {
  const std::string what = "write attribute '" + name + "'";
  const hdf5::Space scalar(H5Screate(H5S_SCALAR), what);
  const auto write = [&](hid_t file_type, hid_t memory_type, const void* data) {
    const hdf5::Attribute attribute(
        H5Acreate2(object, name.c_str(), file_type, scalar.id(), H5P_DEFAULT, H5P_DEFAULT), what);
    hdf5::check(H5Awrite(attribute.id(), memory_type, data), what);
  };
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    write(H5T_STD_I64LE, H5T_NATIVE_INT64, integer);
  } else if (const auto* number = std::get_if<double>(&value)) {
    write(H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, number);
  } else {
    // Fixed length: HDF5 keeps text of variable length in a heap without checksum and crashes on a
    // flipped bit there.
    const std::string& text = std::get<std::string>(value);
    const hdf5::Type type = text_type(text.size() + 1);
    write(type.id(), type.id(), text.c_str());
  }
}

void write_attributes(hid_t object, const Attributes& attributes) {
  for (const auto& [name, value] : attributes) write_attribute(object, name, value);
  write_attribute(object, checksum_name, checksum_of_attributes(attributes));
}

std::vector<AttributeValue> read_attribute(hid_t object, const std::string& name) {
  const std::string what = "read attribute '" + name + "'";
  const hdf5::Attribute attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), what);
  const hdf5::Space space(H5Aget_space(attribute.id()), what);
  const hdf5::Type type(H5Aget_type(attribute.id()), what);
  const auto count =
      static_cast<std::size_t>(hdf5::check(H5Sget_simple_extent_npoints(space.id()), what));
  if (count == 0) return {};  // HDF5 reads nothing from an empty attribute but an error
  switch (H5Tget_class(type.id())) {
    case H5T_INTEGER:
      return read_numbers<std::int64_t>(attribute.id(), H5T_NATIVE_INT64, count);
    case H5T_FLOAT:
      return read_numbers<double>(attribute.id(), H5T_NATIVE_DOUBLE, count);
    case H5T_STRING:
      return read_texts(attribute.id(), type.id(), count);
    default:
      throw InputError("attribute '{}' is neither integer, real number nor text", name);
  }
}

std::vector<std::string> attribute_names(hid_t object) {
  std::vector<std::string> names;
  hdf5::check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, &collect_name, &names),
              "list the attributes of an object");
  return names;
}

Attributes read_attributes(hid_t object, const std::string& where) {
  Attributes attributes;
  std::string stored;
  for (const std::string& name : attribute_names(object)) {
    if (name == complete_name) continue;
    const auto values = read_attribute(object, name);
    if (values.size() != 1) throw InputError("{}: attribute '{}' is no scalar", where, name);
    if (name == checksum_name && std::holds_alternative<std::string>(values[0])) {
      stored = std::get<std::string>(values[0]);
    } else {
      attributes[name] = values[0];
    }
  }
  const std::string computed = checksum_of_attributes(attributes);
  if (stored != computed) {
    throw InputError("{} is damaged: its attributes have checksum {}, the file says '{}'", where,
                     computed, stored);
  }
  return attributes;
}

Attributes read_signed_attributes(hid_t file, const std::string& where, const std::string& format,
                                  int version) {
  const std::string found = required_text(file, "format", where);
  if (found != format) throw InputError("{} is a '{}' file, not '{}'", where, found, format);
  if (!is_one(file, complete_name)) {
    throw InputError("{} is incomplete: the run that wrote it did not finish; write it again",
                     where);
  }
  Attributes attributes = read_attributes(file, where);
  const auto stored = attributes.find("format_version");
  if (stored == attributes.end() || stored->second != AttributeValue(std::int64_t{version})) {
    const auto* number =
        stored == attributes.end() ? nullptr : std::get_if<std::int64_t>(&stored->second);
    throw InputError("{} has {} version {}; this program reads version {}", where, format,
                     number != nullptr ? std::to_string(*number) : "unknown", version);
  }
  return attributes;
}

void write_complete_mark(hid_t file, bool complete) {
  write_attribute(file, complete_name, std::int64_t{complete});
}

InputError unreadable(const std::string& where, const std::string& reason) {
  if (reason.find("version number") == std::string::npos) {
    return InputError("{} is damaged or truncated: {}", where, reason);
  }
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return InputError(
      "{} is in a newer HDF5 format than HDF5 {}.{}.{} of this program reads, or damaged: {}. "
      "Write its "
      "datasets anew in an older format, with h5py: h5py.File(NAME, \"w\", libver=\"v114\") and "
      "create_dataset; a copy of the datasets (File.copy) keeps their format",
      where, major, minor, release, reason);
}

hdf5::File open_existing(const std::filesystem::path& path) {
  const RawFile readable(path, O_RDONLY);
  if (!std::filesystem::is_regular_file(path))
    throw FileSystemError("{} is no regular file", path.string());
  return reading(path.string(), [&] {
    hdf5::File file;
    try {
      file = hdf5::open_file(path, hdf5::Access::read);
    } catch (const FileSystemError&) {
      if (H5Fis_hdf5(path.c_str()) == 0) throw InputError("{} is no HDF5 file", path.string());
      throw;
    }
    return file;
  });
}

}  // namespace nubox::io
