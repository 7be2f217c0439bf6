#include "nubox/core/fault.hpp"
#include "nubox/io/bytes.hpp"
#include "nubox/io/hdf5_attributes.hpp"
#include "nubox/io/named_table.hpp"
#include "nubox/io/table_file.hpp"
#include "nubox/par/agree.hpp"

#include "io/array_numbers.hpp"
#include "io/file_checksum.hpp"

#include <optional>
#include <set>

namespace nubox::io {
namespace {

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

/// The table without its groups and arrays.
TableFile read_root(hid_t file, const std::string& where, const std::string& format) {
  TableFile table;
  table.format = format;
  table.version = table_format_version;
  table.attributes = read_signed_attributes(file, where, format, table_format_version);
  table.attributes.erase("format");
  table.attributes.erase("format_version");
  return table;
}

Attributes read_group(hid_t file, const std::string& path, const std::string& where) {
  const hdf5::Group group(H5Gopen2(file, path.c_str(), H5P_DEFAULT), "open " + where);
  return read_attributes(group.id(), where);
}

TableFile decode(hid_t file, const std::string& where, const std::string& format) {
  TableFile table = read_root(file, where, format);
  for (const hdf5::Entry& entry : hdf5::list_objects(file)) {
    const std::string entry_where = fmt::format("{}:/{}", where, entry.path);
    if (entry.is_dataset) {
      table.arrays[entry.path] = read_array(file, entry.path, entry_where);
    } else {
      table.group_attributes[entry.path] = read_group(file, entry.path, entry_where);
    }
  }
  return table;
}

/// Kind of the object at a path; none if there is nothing.
std::optional<H5O_type_t> kind_of(hid_t file, const std::string& path, const std::string& where) {
  const std::string what = fmt::format("look for '{}'", path);
  for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (hdf5::check(H5Lexists(file, part.c_str(), H5P_DEFAULT), what) == 0) return std::nullopt;
    H5L_info_t link{};
    hdf5::check(H5Lget_info(file, part.c_str(), &link, H5P_DEFAULT), what);
    if (link.type != H5L_TYPE_HARD) {
      throw InputError("{}:/{} is a soft or external link, which is not followed", where, part);
    }
    H5O_info_t object{};
    hdf5::check(H5Oget_info_by_name2(file, part.c_str(), &object, H5O_INFO_BASIC, H5P_DEFAULT),
                what);
    if (end == std::string::npos) return object.type;
    if (object.type != H5O_TYPE_GROUP) return std::nullopt;
  }
}

herr_t collect_name(hid_t, const char* name, const H5L_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

/// Names in the groups of the wanted objects that are none of these. Rank-local.
std::vector<std::string> other_names(hid_t file, const std::set<std::string>& wanted) {
  std::set<std::string> groups{""};
  for (const std::string& path : wanted) {
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
      groups.insert(path.substr(0, slash));
  }
  std::vector<std::string> others;
  for (const std::string& path : groups) {
    if (!path.empty() && kind_of(file, path, "") != H5O_TYPE_GROUP) continue;
    const hdf5::Group group(H5Gopen2(file, path.empty() ? "/" : path.c_str(), H5P_DEFAULT),
                            "open a group");
    std::vector<std::string> names;
    hdf5::check(H5Literate(group.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, &collect_name, &names),
                "list the names of a group");
    for (const std::string& name : names) {
      const std::string full = path.empty() ? name : path + "/" + name;
      if (!wanted.contains(full) && !groups.contains(full)) others.push_back(full);
    }
  }
  return others;
}

NamedTable decode_named(hid_t file, const std::string& where, const std::string& format,
                        const TableNames& names) {
  NamedTable found{read_root(file, where, format), {}};
  std::vector<std::string> paths;
  try {
    paths = names(found.table.attributes);
  } catch (const InputError& error) {
    throw InputError("{}: {}", where, error.what());
  }
  std::set<std::string> wanted;
  for (std::string& path : paths) {
    const bool is_group = path.ends_with('/');
    if (is_group) path.pop_back();
    wanted.insert(path);
    const auto kind = kind_of(file, path, where);
    if (!kind) continue;
    const std::string entry_where = fmt::format("{}:/{}", where, path);
    if (*kind != (is_group ? H5O_TYPE_GROUP : H5O_TYPE_DATASET)) {
      throw InputError("{} is no {}", entry_where, is_group ? "group" : "dataset");
    }
    if (is_group) {
      found.table.group_attributes[path] = read_group(file, path, entry_where);
    } else {
      found.table.arrays[path] = read_array(file, path, entry_where);
    }
  }
  found.ignored = other_names(file, wanted);
  return found;
}

/// The bytes of a file, read and verified by rank 0. Collective.
std::string verified_bytes(const par::Comm& comm, const std::filesystem::path& path) {
  return comm.broadcast(par::agree(comm, [&] {
    fault::point("open");
    if (!comm.is_root()) return std::string();
    std::string contents = read_bytes(path);
    require_file_checksum(contents, path.string());
    return contents;
  }));
}

/// Calls `work` with the file of these bytes. Collective.
template <class Work>
auto with_image(const par::Comm& comm, const std::filesystem::path& path, Work&& work) {
  const std::string bytes = verified_bytes(comm, path);
  return par::agree(comm, [&] {
    return reading(path.string(), [&] {
      const hdf5::File file = hdf5::open_image(std::as_bytes(std::span(bytes)));
      return work(file.id());
    });
  });
}

}  // namespace

TableFile read_table_file(const par::Comm& comm, const std::filesystem::path& path,
                          const std::string& expected_format) {
  return with_image(comm, path,
                    [&](hid_t file) { return decode(file, path.string(), expected_format); });
}

NamedTable read_named_table(const par::Comm& comm, const std::filesystem::path& path,
                            const std::string& expected_format, const TableNames& names) {
  return with_image(comm, path, [&](hid_t file) {
    return decode_named(file, path.string(), expected_format, names);
  });
}

}  // namespace nubox::io
