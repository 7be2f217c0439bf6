#include "nubox/io/table_file.hpp"

#include "nubox/io/bytes.hpp"
#include "nubox/io/hdf5_attributes.hpp"
#include "nubox/io/publish.hpp"
#include "nubox/par/agree.hpp"

#include "io/array_numbers.hpp"
#include "io/file_checksum.hpp"

#include <fcntl.h>
#include <set>

namespace nubox::io {
namespace {

template <class T>
using ElementOf = typename std::decay_t<T>::value_type;

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

}  // namespace nubox::io
