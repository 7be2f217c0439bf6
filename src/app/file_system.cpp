#include "app/file_system.hpp"

#include "nubox/par/agree.hpp"
#include "nubox/par/directory.hpp"

namespace nubox::app {

namespace fs = std::filesystem;

bool path_exists(const par::Comm& comm, const fs::path& path) {
  return par::root_decides(comm, [&] { return fs::exists(path); });
}

io::OutputLock claim_output(const par::Comm& comm, const fs::path& path) {
  par::make_directory(comm, path.parent_path());
  return {comm, path.parent_path(), path.filename().string()};
}

io::OutputLock claim_directory(const par::Comm& comm, const fs::path& directory) {
  par::make_directory(comm, directory);
  return {comm, directory};
}

}  // namespace nubox::app
