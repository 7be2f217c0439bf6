#include "nubox/bench/bench.hpp"
#include "nubox/bench/limits.hpp"
#include "nubox/field/lattice_field.hpp"
#include "nubox/io/bytes.hpp"
#include "nubox/io/field_file.hpp"
#include "nubox/io/scratch_directory.hpp"
#include "nubox/par/agree.hpp"

#include <array>
#include <fcntl.h>
#include <filesystem>

#include <fmt/format.h>

namespace nubox::bench {
namespace {

namespace fs = std::filesystem;

io::FieldHeader header_of(std::size_t n) {
  io::FieldHeader header;
  header.box_size_mpch = 2.0 * static_cast<double>(n);
  header.n = n;
  header.origin = "simulate";
  return header;
}

}  // namespace

std::vector<Row> measure_io(const par::Comm& world, const Options& options) {
  const std::size_t n = options.n, repeats = options.repeats;
  const io::ScratchDirectory scratch(world, options.directory);
  const par::SlabLayout layout(world, n);
  field::LatticeField psi(layout, 3, header_of(n).box_size_mpch);
  for (std::size_t i = 0; i < psi.values().size(); ++i) {
    psi.values()[i] = static_cast<float>(i % 1000) * 1e-3f;
  }
  const double gigabytes =
      12e-9 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);

  const fs::path plain = scratch.path() / fmt::format("plain.{}", world.rank());
  const double plain_write = fastest_seconds(world, repeats, [&] {
    par::agree(world, [&] { io::write_synced(plain, std::as_bytes(psi.values())); });
  });
  const double plain_read = fastest_seconds(world, repeats, [&] {
    par::agree(world, [&] {
      (void)io::RawFile(plain, O_RDONLY).read_at(0, std::as_writable_bytes(psi.values()));
    });
  });

  const fs::path field = scratch.path() / "field.h5";
  const std::array<io::FieldDataset, 1> datasets{{{"displacement", psi.values()}}};
  const double field_write = fastest_seconds(world, repeats, [&] {
    io::write_field_file(layout, field, header_of(n), datasets).finish();
  });
  const double field_read = fastest_seconds(
      world, repeats, [&] { (void)io::FieldFile(world, field).read("displacement", layout); });

  const std::string size = fmt::format("field file, {:.2f} GB", gigabytes);
  const auto rate = [&](double seconds) { return gigabytes / seconds; };
  return {{"io", "write and sync, " + size, rate(field_write), "GB/s",
           "a plain file per rank, written and synced", rate(plain_write)},
          {"io", "read and verify, " + size, rate(field_read), "GB/s",
           "a plain file per rank, read from cache", rate(plain_read)}};
}

}  // namespace nubox::bench
