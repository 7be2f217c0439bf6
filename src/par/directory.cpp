#include "nubox/par/directory.hpp"

#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"

#include <system_error>

namespace nubox::par {

void make_directory(const std::filesystem::path& path) {
  if (path.empty()) return;
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (failure) throw FileSystemError("cannot create {}: {}", path.string(), failure.message());
}

void make_directory(const Comm& comm, const std::filesystem::path& path) {
  agree(comm, [&] {
    if (comm.is_root()) make_directory(path);
  });
}

}  // namespace nubox::par
