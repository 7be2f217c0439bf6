#include "nubox/io/table_file.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/fault.hpp"
#include "nubox/io/bytes.hpp"
#include "nubox/io/hdf5_attributes.hpp"
#include "nubox/io/publish.hpp"
#include "nubox/par/agree.hpp"

#include "io/file_checksum.hpp"

#include <fcntl.h>
#include <set>

namespace nubox::io {
namespace {

/// HDF5 types of array elements: little-endian in the file, native in memory.
template <class T>
struct NumberType;
template <>
struct NumberType<float> {
  static hid_t file() { return H5T_IEEE_F32LE; }
  static hid_t memory() { return H5T_NATIVE_FLOAT; }
};
template <>
struct NumberType<double> {
  static hid_t file() { return H5T_IEEE_F64LE; }
  static hid_t memory() { return H5T_NATIVE_DOUBLE; }
};
template <>
struct NumberType<std::int64_t> {
  static hid_t file() { return H5T_STD_I64LE; }
  static hid_t memory() { return H5T_NATIVE_INT64; }
};
template <>
struct NumberType<std::uint64_t> {
  static hid_t file() { return H5T_STD_U64LE; }
  static hid_t memory() { return H5T_NATIVE_UINT64; }
};

template <class T>
using ElementOf = typename std::decay_t<T>::value_type;

std::size_t elements(const std::vector<std::size_t>& shape) {
  std::size_t count = 1;
  for (const std::size_t extent : shape) count *= extent;
  return count;
}

template <class T>
std::string array_checksum(const std::vector<T>& values) {
  return checksum_text(checksum_of(std::span<const T>(values)));
}

/// All groups of a table: those with attributes and all parents of arrays, parents first.
std::set<std::string> groups_of(const TableFile& table) {
  std::set<std::string> groups;
  for (const auto& [path, attributes] : table.group_attributes) groups.insert(path);
  for (const auto& [path, array] : table.arrays) groups.insert(path);
  std::set<std::string> parents;
  for (const std::string& path : groups) {
    for (auto slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      parents.insert(path.substr(0, slash));
    }
  }
  groups.merge(parents);
  for (const auto& [path, array] : table.arrays) {
    if (table.group_attributes.contains(path))
      throw InternalError("'{}' is both group and array", path);
    groups.erase(path);
  }
  return groups;
}

void write_array(hid_t file, const std::string& path, const Array& array) {
  const std::string what = "write dataset '" + path + "'";
  const std::vector<hsize_t> extents(array.shape.begin(), array.shape.end());
  const hdf5::Space space(
      extents.empty() ? H5Screate(H5S_SCALAR)
                      : H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr),
      what);
  std::visit(
      [&](const auto& values) {
        using Number = NumberType<ElementOf<decltype(values)>>;
        if (values.size() != elements(array.shape)) {
          throw InternalError("array '{}' has {} values but a shape of {}", path, values.size(),
                              elements(array.shape));
        }
        const auto creation = hdf5::creation_without_times(H5P_DATASET_CREATE);
        const hdf5::Dataset dataset(H5Dcreate2(file, path.c_str(), Number::file(), space.id(),
                                               H5P_DEFAULT, creation.id(), H5P_DEFAULT),
                                    what);
        if (!values.empty()) {
          hdf5::check(H5Dwrite(dataset.id(), Number::memory(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                               values.data()),
                      what);
        }
        write_attributes(dataset.id(), {{"units", array.units},
                                        {"description", array.description},
                                        {"checksum", array_checksum(values)}});
      },
      array.values);
}

/// Upper bound of the size of the file that stores the table.
std::size_t size_bound(const TableFile& table) {
  constexpr std::size_t metadata_bytes = std::size_t{1} << 20;
  constexpr std::size_t object_bytes = std::size_t{1} << 12;
  constexpr std::size_t bytes_per_element = 8;
  std::size_t bound = metadata_bytes + 2 * canonical_text(table.attributes).size();
  for (const auto& [path, attributes] : table.group_attributes) {
    bound += object_bytes + 2 * canonical_text(attributes).size();
  }
  for (const auto& [path, array] : table.arrays) {
    bound += object_bytes + bytes_per_element * elements(array.shape);
  }
  return bound;
}

/// Writes the table into an empty file in memory.
void encode(const TableFile& table, const std::filesystem::path& memory) {
  hdf5::File file = hdf5::create_file_in_memory(memory, checksum_block_bytes);
  Attributes root = table.attributes;
  root["format"] = table.format;
  root["format_version"] = std::int64_t{table.version};
  write_attributes(file.id(), root);
  const auto creation = hdf5::creation_without_times(H5P_GROUP_CREATE);
  for (const std::string& path : groups_of(table)) {
    const hdf5::Group group(
        H5Gcreate2(file.id(), path.c_str(), H5P_DEFAULT, creation.id(), H5P_DEFAULT),
        "make group '" + path + "'");
    const auto attributes = table.group_attributes.find(path);
    write_attributes(
        group.id(), attributes == table.group_attributes.end() ? Attributes() : attributes->second);
  }
  for (const auto& [path, array] : table.arrays) write_array(file.id(), path, array);
  write_complete_mark(file.id(), true);
  file.close("close a table in memory");
}

template <class T>
std::vector<T> read_values(hid_t dataset, std::size_t count) {
  std::vector<T> values(count);
  if (count > 0) {
    hdf5::check(
        H5Dread(dataset, NumberType<T>::memory(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
        "read a dataset");
  }
  return values;
}

bool has_type(hid_t dataset, hid_t type) {
  const hdf5::Type own(H5Dget_type(dataset), "read the type of a dataset");
  return hdf5::check(H5Tequal(own.id(), type), "compare types") > 0;
}

Array read_array(hid_t file, const std::string& path, const std::string& where) {
  const hdf5::Dataset dataset(H5Dopen2(file, path.c_str(), H5P_DEFAULT),
                              "open dataset '" + path + "'");
  Attributes attributes = read_attributes(dataset.id(), where);
  Array array;
  array.shape = hdf5::shape_of(dataset.id());
  const std::size_t count = elements(array.shape);
  const hid_t id = dataset.id();
  if (has_type(id, H5T_IEEE_F32LE))
    array.values = read_values<float>(id, count);
  else if (has_type(id, H5T_IEEE_F64LE))
    array.values = read_values<double>(id, count);
  else if (has_type(id, H5T_STD_I64LE))
    array.values = read_values<std::int64_t>(id, count);
  else if (has_type(id, H5T_STD_U64LE))
    array.values = read_values<std::uint64_t>(id, count);
  else
    throw InputError("{} is of none of the types f4, f8, i8, u8", where);
  const auto text = [&](const char* name) {
    return find<std::string>(attributes, name).value_or("");
  };
  const std::string computed =
      std::visit([](const auto& values) { return array_checksum(values); }, array.values);
  if (computed != text("checksum")) {
    throw InputError("{} is damaged: its checksum is {}, the file says '{}'", where, computed,
                     text("checksum"));
  }
  array.units = text("units");
  array.description = text("description");
  return array;
}

TableFile decode(std::span<const std::byte> bytes, const std::string& where,
                 const std::string& format, int version) {
  const hdf5::File file = hdf5::open_image(bytes);
  TableFile table;
  table.format = format;
  table.version = version;
  table.attributes = read_signed_attributes(file.id(), where, format, version);
  table.attributes.erase("format");
  table.attributes.erase("format_version");
  for (const hdf5::Entry& entry : hdf5::list_objects(file.id())) {
    const std::string entry_where = fmt::format("{}:/{}", where, entry.path);
    if (entry.is_dataset) {
      table.arrays[entry.path] = read_array(file.id(), entry.path, entry_where);
    } else {
      const hdf5::Group group(H5Gopen2(file.id(), entry.path.c_str(), H5P_DEFAULT),
                              "open " + entry_where);
      table.group_attributes[entry.path] = read_attributes(group.id(), entry_where);
    }
  }
  return table;
}

}  // namespace

void write_table_file(const par::Comm& comm, const std::filesystem::path& path,
                      const TableFile& table) {
  publish_from_root(comm, path, table_kind(table.format),
                    [&](const std::filesystem::path& temporary) {
                      RawFile file(temporary, O_RDWR | O_CREAT | O_TRUNC);
                      // A file-size limit also applies to files in memory: fail here, before HDF5
                      // does.
                      file.reserve(size_bound(table));
                      const RawFile memory = RawFile::in_memory();
                      encode(table, memory.path());
                      std::string bytes = read_bytes(memory.path());
                      write_file_checksum(bytes);
                      file.reserve(bytes.size());
                      file.write_at(0, std::as_bytes(std::span(bytes)));
                      file.close();
                    });
}

TableFile read_table_file(const par::Comm& comm, const std::filesystem::path& path,
                          const std::string& expected_format) {
  const std::string where = path.string();
  const std::string bytes = comm.broadcast(par::agree(comm, [&] {
    fault::point("open");
    if (!comm.is_root()) return std::string();
    std::string contents = read_bytes(path);
    require_file_checksum(contents, where);
    return contents;
  }));
  return par::agree(comm, [&] {
    return reading(where, [&] {
      return decode(std::as_bytes(std::span(bytes)), where, expected_format, table_format_version);
    });
  });
}

}  // namespace nubox::io
