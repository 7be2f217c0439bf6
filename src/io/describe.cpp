#include "nubox/io/describe.hpp"

#include "nubox/io/hdf5_attributes.hpp"

#include <algorithm>
#include <array>

namespace nubox::io {
namespace {

/// Longest array attribute that is listed in full.
constexpr std::size_t values_shown = 64;

std::string type_text(hid_t dataset) {
  const hdf5::Type type(H5Dget_type(dataset), "read the type of a dataset");
  const std::size_t bits = 8 * H5Tget_size(type.id());
  switch (H5Tget_class(type.id())) {
    case H5T_FLOAT:
      return fmt::format("float{}", bits);
    case H5T_INTEGER:
      return fmt::format("{}int{}", H5Tget_sign(type.id()) == H5T_SGN_NONE ? "u" : "", bits);
    case H5T_STRING:
      return "text";
    default:
      return fmt::format("{}-bit values", bits);
  }
}

template <class Value>
std::vector<std::string> number_texts(hid_t attribute, hid_t memory_type, std::size_t count,
                                      const char* form) {
  std::vector<Value> values(count);
  hdf5::check(H5Aread(attribute, memory_type, values.data()), "read an attribute");
  std::vector<std::string> texts;
  for (const Value value : values) texts.push_back(fmt::format(fmt::runtime(form), value));
  return texts;
}

/// Names of the values of an enumeration (h5py stores truth values as one).
std::vector<std::string> enumeration_texts(hid_t attribute, hid_t type, std::size_t count) {
  const std::size_t size = H5Tget_size(type);
  std::vector<std::byte> values(count * size);
  hdf5::check(H5Aread(attribute, type, values.data()), "read an attribute");
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    std::array<char, 64> name{};
    const bool known = H5Tenum_nameof(type, &values[i * size], name.data(), name.size()) >= 0;
    texts.emplace_back(known ? name.data() : "(unknown value)");
  }
  return texts;
}

/// The values of a non-empty attribute, each as it was stored. @throws InputError for another type
std::vector<std::string> value_texts(hid_t object, const std::string& name, std::size_t count) {
  const hdf5::Attribute attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), "open " + name);
  const hdf5::Type type(H5Aget_type(attribute.id()), "read the type of " + name);
  switch (H5Tget_class(type.id())) {
    case H5T_INTEGER:
      return H5Tget_sign(type.id()) == H5T_SGN_NONE
                 ? number_texts<std::uint64_t>(attribute.id(), H5T_NATIVE_UINT64, count, "{}")
                 : number_texts<std::int64_t>(attribute.id(), H5T_NATIVE_INT64, count, "{}");
    case H5T_FLOAT:
      return H5Tget_size(type.id()) <= sizeof(float)
                 ? number_texts<float>(attribute.id(), H5T_NATIVE_FLOAT, count, "{:.7g}")
                 : number_texts<double>(attribute.id(), H5T_NATIVE_DOUBLE, count, "{:.10g}");
    case H5T_ENUM:
      return enumeration_texts(attribute.id(), type.id(), count);
    default:
      break;
  }
  std::vector<std::string> texts;
  for (const AttributeValue& value : read_attribute(object, name)) {
    texts.push_back(std::get<std::string>(value));
  }
  return texts;
}

/// "a" or "[a, b, c]". An unknown type gives a text instead of an error, so that the listing
/// continues.
std::string attribute_text(hid_t object, const std::string& name) {
  const hdf5::Attribute attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), "open " + name);
  const hdf5::Space space(H5Aget_space(attribute.id()), "read the extent of " + name);
  const H5S_class_t kind = H5Sget_simple_extent_type(space.id());
  if (kind == H5S_NULL) return "(empty)";
  const auto count = static_cast<std::size_t>(
      hdf5::check(H5Sget_simple_extent_npoints(space.id()), "read the extent of " + name));
  if (count == 0) return "[]";
  std::vector<std::string> values;
  try {
    values = value_texts(object, name, count);
  } catch (const InputError&) {
    return "(neither integer, real number nor text)";
  }
  if (kind == H5S_SCALAR) return values[0];
  std::string text;
  for (std::size_t i = 0; i < std::min(values.size(), values_shown); ++i) {
    text += (i == 0 ? "" : ", ") + values[i];
  }
  return fmt::format("[{}{}]", text,
                     count > values_shown ? fmt::format(", ... ({} values)", count) : "");
}

std::string attributes_text(hid_t object, const std::string& indent) {
  std::string text;
  for (const std::string& name : attribute_names(object)) {
    text += fmt::format("{}{} = {}\n", indent, name, attribute_text(object, name));
  }
  return text;
}

std::string dataset_text(hid_t dataset) {
  std::string text = type_text(dataset);
  const std::vector<std::size_t> shape = hdf5::shape_of(dataset);
  text += shape.empty() ? " scalar" : " ";
  for (const std::size_t extent : shape) text += fmt::format("[{}]", extent);
  if (hdf5::check(H5Aexists(dataset, "units"), "look for an attribute") > 0) {
    const std::string units = attribute_text(dataset, "units");
    if (!units.empty()) text += ", " + units;
  }
  return text;
}

}  // namespace

std::string describe_hdf5(const std::filesystem::path& path) {
  const hdf5::File file = open_existing(path);
  return reading(path.string(), [&] {
    std::string text =
        fmt::format("{} ({} bytes)\n", path.string(), std::filesystem::file_size(path));
    text += attributes_text(file.id(), "  ");
    for (const hdf5::Entry& entry : hdf5::list_objects(file.id())) {
      const hdf5::Object object(H5Oopen(file.id(), entry.path.c_str(), H5P_DEFAULT),
                                "open " + entry.path);
      text += fmt::format("/{}  {}\n", entry.path,
                          entry.is_dataset ? dataset_text(object.id()) : "group");
      text += attributes_text(object.id(), "    ");
    }
    return text;
  });
}

}  // namespace nubox::io
