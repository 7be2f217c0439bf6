#include "nubox/io/describe.hpp"

#include "nubox/io/hdf5_attributes.hpp"

#include <algorithm>

namespace nubox::io {
namespace {

/// Longest array attribute that is listed in full.
constexpr std::size_t values_shown = 8;

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

std::string value_text(const AttributeValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{:.10g}", *number);
  return std::get<std::string>(value);
}

/// "a" or "[a, b, c]". An unknown type gives a text instead of an error, so that the listing
/// continues.
std::string attribute_text(hid_t object, const std::string& name) {
  std::vector<AttributeValue> values;
  try {
    values = read_attribute(object, name);
  } catch (const InputError&) {
    return "(neither integer, real number nor text)";
  }
  if (values.size() == 1) return value_text(values[0]);
  std::string text;
  for (std::size_t i = 0; i < std::min(values.size(), values_shown); ++i) {
    text += (i == 0 ? "" : ", ") + value_text(values[i]);
  }
  return "[" + text + (values.size() > values_shown ? ", ...]" : "]");
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
