#include "nubox/gadget/expand_inputs.hpp"

#include "nubox/core/error.hpp"
#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/io/paths.hpp"

#include <optional>
#include <regex>
#include <set>

namespace nubox::gadget {
namespace {

namespace fs = std::filesystem;

/// The name of the set that a file belongs to; the path itself for any other file.
fs::path set_name(const fs::path& path) {
  static const std::regex numbered(R"((.*)\.\d+(\.hdf5|\.h5)?)");
  std::smatch parts;
  const std::string name = path.string();
  if (!std::regex_match(name, parts, numbered)) return path;
  const std::string first = parts[1].str() + ".0" + parts[2].str();
  return fs::exists(first) && is_snapshot(path) ? fs::path(parts[1].str()) : path;
}

/// What a pattern matches: files, or the first files of sets with such names.
std::vector<fs::path> matches(const std::string& pattern, const std::string& option) {
  std::optional<InputError> nothing;
  for (const std::string ending : {"", ".0.hdf5", ".hdf5", ".0"}) {
    try {
      return io::matching_paths(pattern + ending, option);
    } catch (const InputError& error) {
      if (!nothing) nothing = error;
    }
  }
  throw *nothing;
}

}  // namespace

std::vector<fs::path> expand_inputs(const std::string& list, const std::string& option) {
  std::vector<fs::path> inputs;
  for (const std::string& name : io::split_path_list(list)) {
    if (!io::has_wildcards(name)) {
      inputs.emplace_back(name);
      continue;
    }
    std::set<fs::path> seen;
    for (const fs::path& path : matches(name, option)) {
      const fs::path input = set_name(path);
      if (seen.insert(input).second) inputs.push_back(input);
    }
  }
  return inputs;
}

}  // namespace nubox::gadget
