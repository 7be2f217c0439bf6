#include "app/setup.hpp"

#include "nubox/core/build_info.hpp"
#include "nubox/core/error.hpp"
#include "nubox/fft/plan.hpp"
#include "nubox/io/digest.hpp"
#include "nubox/par/session.hpp"

#if defined(NUBOX_WITH_TORCH) || defined(NUBOX_TORCH_PROGRAM)
#include "nubox/net/torch_library.hpp"
#endif

#include <array>

namespace nubox::app {
namespace {

/// Parent directories of configs/: that of the build directory, or share/nubox next to bin/ of an
/// installation.
std::array<std::filesystem::path, 2> share_directories() {
  const auto root = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
  return {root, root / "share" / "nubox"};
}

}  // namespace

std::string version_line() { return version_text(); }

std::string library_versions() {
#if defined(NUBOX_WITH_TORCH) || defined(NUBOX_TORCH_PROGRAM)
  const std::string torch = net::torch_library_text();
#else
  const std::string torch = "LibTorch not built in: no train, no predict";
#endif
  return fmt::format("nubox {}\ncompiler {}\nMPI {}\nHDF5 {}\nFFTW {}\n{}\n", version_text(),
                     compiler_text(), par::mpi_library_text(), io::hdf5_library_text(),
                     fft::library_text(), torch);
}

std::filesystem::path find_shipped(const std::string& name, const std::string& kind) {
  if (std::filesystem::exists(name)) return name;
  const auto places = share_directories();
  for (const auto& share : places) {
    const auto shipped = share / "configs" / kind / name;
    if (std::filesystem::exists(shipped)) return shipped;
  }
  throw FileSystemError("'{}' is neither a path nor one of the {} shipped in {} or {}", name, kind,
                        (places[0] / "configs" / kind).string(),
                        (places[1] / "configs" / kind).string());
}

}  // namespace nubox::app
