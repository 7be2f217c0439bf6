#include "nubox/io/paths.hpp"

#include "nubox/core/error.hpp"

#include <glob.h>

namespace nubox::io {

namespace fs = std::filesystem;

bool has_wildcards(const std::string& name) {
  return name.find_first_of("*?[") != std::string::npos;
}

std::vector<fs::path> matching_paths(const std::string& pattern, const std::string& option) {
  glob_t found{};
  // GLOB_NOCHECK is not set: a pattern without a match is an error, not a name.
  const int code = glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<fs::path> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  if (code != 0 || paths.empty()) throw InputError("{}: nothing matches '{}'", option, pattern);
  return paths;
}

std::vector<fs::path> expand_paths(const std::vector<std::string>& names,
                                   const std::string& option) {
  std::vector<fs::path> paths;
  for (const std::string& name : names) {
    if (has_wildcards(name)) {
      const auto found = matching_paths(name, option);
      paths.insert(paths.end(), found.begin(), found.end());
    } else {
      paths.emplace_back(name);
    }
  }
  return paths;
}

}  // namespace nubox::io
