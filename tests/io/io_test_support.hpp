#pragma once

#include "nubox/io/field_file.hpp"
#include "nubox/par/comm.hpp"

#include "support/compare.hpp"
#include "support/files.hpp"
#include "support/temporary_directory.hpp"

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

namespace nubox::test {

inline io::FieldHeader example_header(std::size_t n) {
  io::FieldHeader header;
  header.box_size_mpch = 125;
  header.n = n;
  header.redshift = 0.5;
  header.cosmology.Omega_m = 0.3175;
  header.cosmology.Omega_b = 0.049;
  header.cosmology.h = 0.6711;
  header.cosmology.n_s = 0.9624;
  header.cosmology.A_s = 2.13e-9;
  header.cosmology.M_nu_eV = 0.15;
  header.origin = "simulate";
  header.seed = 7;
  header.extra["steps"] = std::int64_t{24};
  header.extra["method"] = std::string("pm, a=b:c\n");
  return header;
}

/// A value that tells component and site, so that a misplaced plane is seen.
inline float example_value(std::size_t c, std::size_t x, std::size_t y, std::size_t z) {
  return static_cast<float>(std::sin(double(c) + 0.1 * double(x)) + 0.01 * double(y) -
                            0.003 * double(z));
}

inline std::vector<float> example_slab(const par::SlabLayout& layout) {
  const std::size_t n = layout.n();
  std::vector<float> values;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t x = layout.local().start; x < layout.local().end(); ++x) {
      for (std::size_t y = 0; y < n; ++y) {
        for (std::size_t z = 0; z < n; ++z) values.push_back(example_value(c, x, y, z));
      }
    }
  }
  return values;
}

}  // namespace nubox::test
