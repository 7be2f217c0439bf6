#include "nubox/bench/bench.hpp"
#include "nubox/bench/limits.hpp"
#include "nubox/gadget/particle_header.hpp"
#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/gadget/snapshot_writer.hpp"
#include "nubox/io/bytes.hpp"
#include "nubox/io/scratch_directory.hpp"
#include "nubox/par/agree.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <vector>

#include <fmt/format.h>

namespace nubox::bench {
namespace {

namespace fs = std::filesystem;

constexpr double particle_gb = 28e-9;  // positions and velocities as three floats each, a 4-byte ID
constexpr double spacing_mpch = 2;

gadget::WriterOptions output_of(std::size_t n, gadget::Format format) {
  gadget::WriterOptions output;
  output.format = format;
  output.particles = n * n * n;
  output.box_size_mpch = spacing_mpch * static_cast<double>(n);
  output.Omega_m = 0.3175;
  output.Omega_lambda = 0.6825;
  output.h = 0.6711;
  output.mass_1e10_msunh =
      gadget::particle_mass_1e10_msunh(output.Omega_m, output.box_size_mpch, n);
  return output;
}

void fill_lattice(std::size_t n, std::uint64_t first, std::size_t count,
                  gadget::ParticleBlock& block) {
  block.position_mpch.resize(3 * count);
  block.velocity_kms.assign(3 * count, 100.0F);
  block.id.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t site = first + i;
    const std::array<std::uint64_t, 3> index{site / (n * n), site / n % n, site % n};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      block.position_mpch[3 * i + axis] = spacing_mpch * static_cast<double>(index[axis]);
    }
    block.id[i] = site + 1;
  }
}

/// Every rank reads an even part of each file through a buffer of a megabyte, as dd does.
void read_raw(const par::Comm& world, const std::vector<fs::path>& files) {
  par::agree(world, [&] {
    const auto ranks = static_cast<std::size_t>(world.size());
    const auto rank = static_cast<std::size_t>(world.rank());
    std::vector<std::byte> buffer(std::size_t{1} << 20);
    for (const fs::path& file : files) {
      const io::RawFile raw(file, O_RDONLY);
      const std::size_t end = raw.size() * (rank + 1) / ranks;
      for (std::size_t at = raw.size() * rank / ranks; at < end; at += buffer.size()) {
        (void)raw.read_at(at, std::span(buffer).first(std::min(buffer.size(), end - at)));
      }
    }
  });
}

}  // namespace

std::vector<Row> measure_snapshot(const par::Comm& world, const Options& options) {
  const std::size_t n = options.n, repeats = options.repeats;
  const io::ScratchDirectory scratch(world, options.directory);
  const std::uint64_t total = n * n * n;
  const auto start_of = [&](int rank) {
    return total * static_cast<std::uint64_t>(rank) / static_cast<std::uint64_t>(world.size());
  };
  const std::uint64_t first = start_of(world.rank()), count = start_of(world.rank() + 1) - first;
  const double gigabytes = particle_gb * static_cast<double>(total);
  const auto rate = [&](double seconds) { return gigabytes / seconds; };

  const std::vector<std::byte> bytes(28 * count, std::byte{1});
  const double plain_write = fastest_seconds(world, repeats, [&] {
    par::agree(world, [&] {
      const fs::path path = scratch.path() / fmt::format("plain.{}", world.rank());
      io::write_synced(path, bytes);
    });
  });
  std::vector<Row> rows;
  for (const gadget::Format format : {gadget::Format::gadget2, gadget::Format::hdf5}) {
    const bool binary = format == gadget::Format::gadget2;
    const fs::path base = scratch.path() / (binary ? "binary" : "hdf5");
    const double write = fastest_seconds(world, repeats, [&] {
      gadget::write_snapshot(
          world, base, output_of(n, format), first, count,
          [n](std::uint64_t at, std::size_t particles, gadget::ParticleBlock& block) {
            fill_lattice(n, at, particles, block);
          })
          .finish();
    });
    const auto files = gadget::Snapshot::open(world, base).files();
    const double raw_read = fastest_seconds(world, repeats, [&] { read_raw(world, files); });
    const double read = fastest_seconds(world, repeats, [&] {
      gadget::Snapshot::open(world, base)
          .for_each_block(gadget::cdm_type, {}, [](gadget::ParticleBlock&) {});
    });
    const std::string what =
        fmt::format("Gadget {}, {}^3, {:.2f} GB", binary ? "binary" : "HDF5", n, gigabytes);
    rows.push_back({"snapshot", "write and sync, " + what, rate(write), "GB/s",
                    "a plain file per rank, written and synced", rate(plain_write)});
    rows.push_back({"snapshot", "read and convert, " + what, rate(read), "GB/s",
                    "the same bytes read from cache as dd does", rate(raw_read)});
  }
  return rows;
}

}  // namespace nubox::bench
