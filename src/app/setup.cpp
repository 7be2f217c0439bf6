#include "app/setup.hpp"

#include "nubox/core/build_info.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/fft/plan.hpp"
#include "nubox/io/digest.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/session.hpp"

#ifdef NUBOX_WITH_TORCH
#include "nubox/net/torch_library.hpp"
#endif

#include <array>

namespace nubox::app {
namespace {

/// Where configs/ stands: beside the build directory, or share/nubox beside bin/ of an
/// installation.
std::array<std::filesystem::path, 2> share_directories() {
  const auto root = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
  return {root, root / "share" / "nubox"};
}

}  // namespace

std::string version_line() { return version_text(); }

std::string library_versions() {
#ifdef NUBOX_WITH_TORCH
  const std::string torch = net::torch_library_text();
#else
  const std::string torch = "LibTorch not built in: no train, no predict";
#endif
  return fmt::format("nubox {}\ncompiler {}\nMPI {}\nHDF5 {}\nFFTW {}\n{}\n", version_text(),
                     compiler_text(), par::mpi_library_text(), io::hdf5_library_text(),
                     fft::library_text(), torch);
}

cosmology::Parameters cosmology_parameters(const config::Config& config) {
  cosmology::Parameters p;
  p.Omega_m = config.number("cosmology.Omega_m");
  p.Omega_b = config.number("cosmology.Omega_b");
  p.h = config.number("cosmology.h");
  p.n_s = config.number("cosmology.n_s");
  p.A_s = config.number("cosmology.A_s");
  p.T_cmb_K = config.number("cosmology.T_cmb");
  p.N_eff = config.number("cosmology.N_eff");
  return p;
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

cosmology::LinearTables load_tables(const par::Comm& comm, const config::Config& config) {
  const auto directory =
      par::agree(comm, [&] { return find_shipped(config.text("cosmology.tables"), "cosmology"); });
  return cosmology::LinearTables::load(comm, directory, cosmology_parameters(config));
}

cosmology::NeutrinoSource neutrino_source(const std::string& name) {
  if (name == "table") return cosmology::NeutrinoSource::table;
  if (name == "supereasy") return cosmology::NeutrinoSource::supereasy;
  return cosmology::NeutrinoSource::none;
}

std::uint64_t resident_bytes_with(std::uint64_t bytes) {
  // What MPI, FFTW and HDF5 take once they are at work: 4 to 8 MiB on 1 to 5 ranks, in simulations
  // of 16^3 to 128^3 particles.
  constexpr std::uint64_t libraries_bytes = std::uint64_t{6} << 20;
  return memory::rss_bytes() + libraries_bytes + bytes;
}

}  // namespace nubox::app
