#include "gadget/snapshot_file.hpp"

#include "nubox/core/error.hpp"
#include "nubox/io/hdf5.hpp"

#include "gadget/conversion.hpp"

#include <algorithm>
#include <functional>

namespace nubox::gadget {

std::string kind_text(FileKind kind) {
  switch (kind) {
    case FileKind::binary_1:
      return "gadget-1";
    case FileKind::binary_2:
      return "gadget-2";
    case FileKind::hdf5:
      return "gadget-hdf5";
    case FileKind::gadget_4:
      return "gadget-4";
    case FileKind::swift:
      return "swift";
  }
  throw InternalError("unknown kind of Gadget file");
}

std::string block_name(FileKind kind, Quantity quantity) {
  switch (quantity) {
    case Quantity::position:
      return is_binary(kind) ? "POS" : "Coordinates";
    case Quantity::velocity:
      return is_binary(kind) ? "VEL" : "Velocities";
    case Quantity::id:
      return is_binary(kind) ? "ID" : "ParticleIDs";
    case Quantity::mass:
      return is_binary(kind) ? "MASS" : "Masses";
  }
  throw InternalError("unknown quantity of a Gadget file");
}

std::string dataset_path(std::size_t type, Quantity quantity) {
  return fmt::format("PartType{}/{}", type, block_name(FileKind::hdf5, quantity));
}

FileHeader read_file_header(const std::filesystem::path& path) {
  return io::hdf5::is_hdf5(path) ? read_hdf5_header(path) : read_binary_header(path);
}

void sum_masses(const std::filesystem::path& path, FileHeader& file_header) {
  if (std::ranges::none_of(file_header.has_masses, std::identity())) return;
  constexpr std::uint64_t piece = std::uint64_t{1} << 16;
  const std::unique_ptr<FileReader> reader = open_reader(path, file_header);
  for (std::size_t type = 0; type < type_count; ++type) {
    if (!file_header.has_masses[type]) continue;
    const std::string where = fmt::format("{}, {} of type {}", path.string(),
                                          block_name(file_header.kind, Quantity::mass), type);
    const std::uint64_t count = file_header.counts[type];
    for (std::uint64_t first = 0; first < count; first += piece) {
      const auto part = static_cast<std::size_t>(std::min(piece, count - first));
      add_masses(reader->read(Quantity::mass, type, first, part), part, where, first,
                 file_header.mass_sums[type]);
    }
  }
}

std::unique_ptr<FileReader> open_reader(const std::filesystem::path& path,
                                        const FileHeader& file_header) {
  return is_binary(file_header.kind) ? open_binary_reader(path, file_header)
                                     : open_hdf5_reader(path);
}

}  // namespace nubox::gadget
