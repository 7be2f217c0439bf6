#include "nubox/io/suite_paths.hpp"

#include "nubox/core/error.hpp"

#include <set>

namespace nubox::io {

namespace fs = std::filesystem;

std::vector<fs::path> relative_directories(const std::vector<fs::path>& inputs) {
  std::vector<fs::path> directories;
  for (const fs::path& input : inputs) {
    directories.push_back(fs::weakly_canonical(input).parent_path());
  }
  if (directories.empty()) return directories;
  fs::path shared = directories.front();
  for (const fs::path& directory : directories) {
    fs::path common;
    for (auto a = shared.begin(), b = directory.begin();
         a != shared.end() && b != directory.end() && *a == *b; ++a, ++b) {
      common /= *a;
    }
    shared = common;
  }
  for (fs::path& directory : directories) directory = directory.lexically_relative(shared);
  return directories;
}

void require_distinct(const std::vector<fs::path>& inputs, const std::string& option) {
  std::set<fs::path> seen;
  for (const fs::path& path : inputs) {
    if (!seen.insert(fs::weakly_canonical(path)).second) {
      throw UsageError("{} names {} twice", option, path.string());
    }
  }
}

}  // namespace nubox::io
