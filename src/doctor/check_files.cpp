#include "nubox/core/fault.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/doctor/check.hpp"
#include "nubox/field/lattice_field.hpp"
#include "nubox/io/bytes.hpp"
#include "nubox/io/field_file.hpp"
#include "nubox/io/scratch_directory.hpp"
#include "nubox/par/agree.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <unistd.h>

namespace nubox::doctor {
namespace {

namespace fs = std::filesystem;

/// A shared file may be several times slower than one file per rank; known defects of collective
/// writing cost a factor of ten or more.
constexpr double slow_share = 0.05;

/// A value that identifies component and site; exact in float.
float pattern(std::size_t component, std::size_t site) {
  return static_cast<float>((31 * site + 1000003 * component) % 16777213);
}

/// Differences between a slab and the pattern.
std::uint64_t wrong_values(const par::SlabLayout& layout, const std::vector<float>& values) {
  const std::size_t plane = layout.n() * layout.n(), sites = layout.local().count * plane;
  std::uint64_t wrong = values.size() == 3 * sites ? 0 : 1;
  for (std::size_t i = 0; i < values.size() && wrong < 1000000; ++i) {
    const std::size_t site = layout.local().start * plane + i % sites;
    wrong += values[i] == pattern(i / sites, site) ? 0 : 1;
  }
  return wrong;
}

/// Wrong values in the file, read by other ranks than the writers. Collective.
std::uint64_t wrong_in_file(const par::Comm& world, const fs::path& file, std::size_t n) {
  const par::Comm reversed = world.split(0, world.size() - world.rank());
  const par::SlabLayout layout(reversed, n);
  return wrong_values(layout, io::FieldFile(reversed, file).read("displacement", layout));
}

std::vector<Finding> write_and_verify(const par::Comm& world, const fs::path& directory,
                                      std::size_t n) {
  const par::SlabLayout layout(world, n);
  field::LatticeField psi(layout, 3, 1);
  const std::size_t first = layout.local().start * n * n;
  for (std::size_t c = 0; c < 3; ++c) {
    const std::span<float> values = psi.component(c);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = pattern(c, first + i);
  }
  const fs::path plain_path = directory / fmt::format("plain.{}", world.rank());
  world.barrier();
  Stopwatch watch;
  par::agree(world, [&] { io::write_synced(plain_path, std::as_bytes(psi.values())); });
  const double plain_s = watch.restart();
  // Values that are wrong before writing have a valid checksum, so that the values are compared.
  fault::corrupt("doctor.file", std::as_writable_bytes(psi.values()));
  io::FieldHeader header;
  header.n = n;
  header.box_size_mpch = 1;
  header.origin = "doctor";
  const std::array<io::FieldDataset, 1> datasets{{{"displacement", psi.values()}}};
  const fs::path file = directory / "field.h5";
  io::write_field_file(layout, file, header, datasets).finish();
  const double field_s = watch.restart();
  const Extreme wrong = largest(world, static_cast<double>(wrong_in_file(world, file, n)));
  const double bytes = 12 * static_cast<double>(n * n * n);
  const double rate =
      world.all_reduce(fault::corrupted("doctor.file_speed", bytes / field_s), par::Reduction::min);
  const double plain_rate = world.all_reduce(bytes / plain_s, par::Reduction::min);
  return {at_most("parallel HDF5, wrong values read back", wrong.value, "", 0, Verdict::fail,
                  wrong.value > 0 ? "read by " + wrong.note : ""),
          at_least("speed of the shared file to one file per rank", rate / plain_rate, "",
                   slow_share, Verdict::warn,
                   fmt::format("{:.3g} MB written, synced and sampled at {:.3g} MB/s", 1e-6 * bytes,
                               1e-6 * rate))};
}

/// 0 if a lock on a file is granted to only one holder, else the error of the system. Rank-local.
int lock_trouble(const fs::path& path) {
  const auto locked = [&](int file) { return ::flock(file, LOCK_EX | LOCK_NB) == 0; };
  const int first = ::open(path.c_str(), O_CREAT | O_RDWR, 0644),
            second = ::open(path.c_str(), O_RDWR);
  int trouble = 0;
  if (first < 0 || second < 0 || !locked(first)) {
    trouble = errno;
  } else if (locked(second)) {
    trouble = EDEADLK;  // two holders at once
  }
  ::close(second);
  ::close(first);
  return trouble;
}

Finding locking(const par::Comm& world, const fs::path& directory) {
  const int own = fault::corrupted("doctor.locks",
                                   lock_trouble(directory / fmt::format("locks.{}", world.rank())));
  const Extreme worst = largest(world, own, own == 0 ? "" : std::strerror(own));
  const char* setting = std::getenv("HDF5_USE_FILE_LOCKING");
  const bool off = setting != nullptr && std::string(setting) == "FALSE";
  const std::string state =
      fmt::format("HDF5_USE_FILE_LOCKING {}", setting == nullptr ? "is not set" : setting);
  const bool works = worst.value == 0;
  return at_most(
      "file locks that do not work", works ? 0 : 1, "", 0, off ? Verdict::ok : Verdict::warn,
      works ? state : fmt::format("{} ({}): set HDF5_USE_FILE_LOCKING=FALSE", worst.note, state));
}

}  // namespace

std::vector<Finding> examine_files(const par::Comm& world, const Options& options) {
  const io::ScratchDirectory scratch(world, options.directory);
  std::vector<Finding> findings = write_and_verify(world, scratch.path(), options.n);
  findings.push_back(locking(world, scratch.path()));
  return findings;
}

}  // namespace nubox::doctor
