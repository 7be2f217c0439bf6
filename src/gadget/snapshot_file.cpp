#include "gadget/snapshot_file.hpp"

#include "nubox/core/error.hpp"
#include "nubox/io/hdf5.hpp"

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
  }
  throw InternalError("unknown quantity of a Gadget file");
}

std::string dataset_path(std::size_t type, Quantity quantity) {
  return fmt::format("PartType{}/{}", type, block_name(FileKind::hdf5, quantity));
}

FileHeader read_file_header(const std::filesystem::path& path) {
  return io::hdf5::is_hdf5(path) ? read_hdf5_header(path) : read_binary_header(path);
}

std::unique_ptr<FileReader> open_reader(const std::filesystem::path& path,
                                        const FileHeader& file_header) {
  return is_binary(file_header.kind) ? open_binary_reader(path, file_header)
                                     : open_hdf5_reader(path);
}

}  // namespace nubox::gadget
