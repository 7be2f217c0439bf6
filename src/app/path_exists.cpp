#include "app/path_exists.hpp"

#include "nubox/par/agree.hpp"

namespace nubox::app {

namespace fs = std::filesystem;

bool path_exists(const par::Comm& comm, const fs::path& path) {
  return par::root_decides(comm, [&] { return fs::exists(path); });
}

}  // namespace nubox::app
