#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/cosmology/linear_theory.hpp"

#include <filesystem>

namespace nubox::cosmology::test {

/// The tables that come with the program: the paper's cosmology.
inline std::filesystem::path shipped_tables() {
  return std::filesystem::path(NUBOX_SOURCE_DIR) / "configs/cosmology/hades";
}

inline const LinearTables& tables() {
  static const LinearTables loaded =
      LinearTables::load(par::Comm::self(), shipped_tables(), Parameters{});
  return loaded;
}

inline LinearTheory theory(double mass_eV, NeutrinoSource source = NeutrinoSource::table,
                           double a_out = 1.0) {
  return LinearTheory(Parameters{}.with_mass(mass_eV), tables(), source, a_out);
}

}  // namespace nubox::cosmology::test
