#include "nubox/field/lattice_field.hpp"

namespace nubox::field {

LatticeField::LatticeField(const par::SlabLayout& layout, std::size_t components,
                           double box_size_mpch)
    : layout_(layout),
      components_(components),
      box_size_mpch_(box_size_mpch),
      values_(components * layout.local().count * layout.n() * layout.n()) {}

}  // namespace nubox::field
