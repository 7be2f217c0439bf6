#include "nubox/field/lattice_field.hpp"

namespace nubox::field {

LatticeField::LatticeField(const par::SlabLayout& layout, std::size_t components,
                           double box_size_mpch, std::pmr::memory_resource& memory)
    : layout_(layout),
      components_(components),
      box_size_mpch_(box_size_mpch),
      values_(components * layout.local().count * layout.n() * layout.n(), &memory) {}

LatticeField::LatticeField(const LatticeField& field, std::pmr::memory_resource& memory)
    : layout_(field.layout_),
      components_(field.components_),
      box_size_mpch_(field.box_size_mpch_),
      values_(field.values_, &memory) {}

}  // namespace nubox::field
