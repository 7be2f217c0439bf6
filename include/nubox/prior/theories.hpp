#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/prior/prior.hpp"

namespace nubox::prior {

/// Linear theory of a massless input and of its massive twin at the redshift of the input.
/// Rank-local. @throws InputError if mass or redshift lie outside the tables
[[nodiscard]] Theories make_theories(const cosmology::Parameters& parameters,
                                     const cosmology::LinearTables& tables,
                                     const io::FieldHeader& massless_input, double M_nu_eV);
/// The same for another mass; the theory of the input is shared with `other`.
[[nodiscard]] Theories make_theories(const Theories& other, const cosmology::LinearTables& tables,
                                     double M_nu_eV);

/// Writes the numbers of the rewind to the attributes of a box or a model file.
void write_attributes(const RewindOptions& options, io::Attributes& attributes);
/// Reads them from the attributes of a model file: prediction uses the numbers of the training.
/// @throws InputError naming an attribute that is missing
[[nodiscard]] RewindOptions read_rewind_options(const io::Attributes& attributes);

}  // namespace nubox::prior
