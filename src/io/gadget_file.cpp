#include "io/gadget_file.hpp"

#include "nubox/core/error.hpp"

#include "io/hdf5.hpp"

namespace nubox::io {

std::string kind_text(GadgetKind kind) {
  switch (kind) {
    case GadgetKind::binary_1:
      return "gadget-1";
    case GadgetKind::binary_2:
      return "gadget-2";
    case GadgetKind::hdf5:
      return "gadget-hdf5";
    case GadgetKind::gadget_4:
      return "gadget-4";
    case GadgetKind::swift:
      return "swift";
  }
  throw InternalError("unknown kind of Gadget file");
}

std::string field_name(GadgetKind kind, GadgetField field) {
  switch (field) {
    case GadgetField::position:
      return is_binary(kind) ? "POS" : "Coordinates";
    case GadgetField::velocity:
      return is_binary(kind) ? "VEL" : "Velocities";
    case GadgetField::id:
      return is_binary(kind) ? "ID" : "ParticleIDs";
  }
  throw InternalError("unknown field of a Gadget file");
}

std::string dataset_path(std::size_t type, GadgetField field) {
  return fmt::format("PartType{}/{}", type, field_name(GadgetKind::hdf5, field));
}

GadgetFileFacts read_gadget_facts(const std::filesystem::path& path) {
  return hdf5::is_hdf5(path) ? read_hdf5_facts(path) : read_binary_facts(path);
}

std::unique_ptr<GadgetFileReader> open_gadget_reader(const std::filesystem::path& path,
                                                     const GadgetFileFacts& facts) {
  return is_binary(facts.kind) ? open_binary_reader(path, facts) : open_hdf5_reader(path);
}

}  // namespace nubox::io
