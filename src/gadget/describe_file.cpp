#include "nubox/gadget/describe_file.hpp"

#include "nubox/core/error.hpp"
#include "nubox/gadget/particle_header.hpp"
#include "nubox/io/describe.hpp"
#include "nubox/io/hdf5.hpp"

#include "gadget/file_set.hpp"

#include <bit>

namespace nubox::gadget {
namespace {

/// "6.5e10 Msun/h each", and the density of the type where the box is known.
std::string mass_text(const Header& header, int type) {
  const auto index = static_cast<std::size_t>(type);
  const double mass = header.mass_1e10_msunh[index];
  if (header.mass_ratio[index] == 0) return "of unknown mass";
  return have_equal_masses(header, type)
             ? fmt::format("{:.6g}e10 Msun/h each", mass)
             : fmt::format("{:.6g}e10 Msun/h on average, masses differ by a factor of up to {:.6g}",
                           mass, header.mass_ratio[index]);
}

std::string header_text(const Header& header) {
  std::string text = fmt::format("  box = {:.10g} Mpc/h, lengths in {} ({})\n",
                                 header.box_size_mpch, header.length_unit, header.length_evidence);
  text += fmt::format(
      "  redshift = {:.10g}\n  Omega_m = {:.10g}, Omega_lambda = {:.10g}, h = {:.10g}\n",
      header.redshift, header.Omega_m, header.Omega_lambda, header.h);
  if (header.M_nu_eV) text += fmt::format("  M_nu = {:.6g} eV\n", *header.M_nu_eV);
  if (header.Omega_particles > 0) {
    text += fmt::format("  Omega of the particles = {:.6g}\n", header.Omega_particles);
  }
  for (std::size_t type = 0; type < type_count; ++type) {
    if (header.counts[type] == 0) continue;
    const auto number = static_cast<int>(type);
    text += fmt::format("  type {} ({}): {} particles, {}", type, type_name(header, number),
                        header.counts[type], mass_text(header, number));
    const double Omega = omega_of_type(header, number);
    text += Omega > 0 ? fmt::format(", Omega = {:.5g}\n", Omega) : std::string("\n");
  }
  text += fmt::format(
      "  positions of {} bits, {}\n", header.double_precision ? 64 : 32,
      header.has_id ? fmt::format("IDs of {} bits", 8 * header.id_bytes) : std::string("no IDs"));
  text += "  " + (header.has_velocity ? header.velocity_convention : "no velocities") + "\n";
  return text;
}

std::string set_text(const std::filesystem::path& path, const ReaderOptions& options) {
  try {
    const Snapshot snapshot = Snapshot::open(par::Comm::self(), path, options);
    std::uintmax_t bytes = 0;
    for (const auto& file : snapshot.files()) bytes += std::filesystem::file_size(file);
    return fmt::format("{}: Gadget snapshot, format {}, {} file(s), {} bytes\n", path.string(),
                       snapshot.header().format, snapshot.header().files, bytes) +
           header_text(snapshot.header());
  } catch (const Error& error) {
    return fmt::format("{}: Gadget snapshot that cannot be read as it is: {}\n", path.string(),
                       error.what());
  }
}

std::string records_text(const std::filesystem::path& first) {
  const FileHeader file_header = read_binary_header(first);
  const bool little = (std::endian::native == std::endian::little) != file_header.swapped;
  std::string text = fmt::format("{} ({} bytes, {}-endian)\n", first.string(),
                                 std::filesystem::file_size(first), little ? "little" : "big");
  text +=
      fmt::format("  particles by type in this file: {}\n", fmt::join(file_header.counts, ", "));
  for (const BinaryRecord& record : list_binary_records(first)) {
    text +=
        fmt::format("  block {}: {} bytes at byte {}\n", record.name, record.bytes, record.offset);
  }
  return text;
}

}  // namespace

std::string describe_file(const std::filesystem::path& path, const ReaderOptions& options) {
  if (!is_snapshot(path)) return io::describe_hdf5(path);
  const std::filesystem::path first = first_file(path);
  return set_text(path, options) +
         (io::hdf5::is_hdf5(first) ? io::describe_hdf5(first) : records_text(first));
}

}  // namespace nubox::gadget
