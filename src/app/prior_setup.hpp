#pragma once

#include "nubox/config/config.hpp"
#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/io/field_file.hpp"
#include "nubox/prior/prior.hpp"

namespace nubox::app {

/// Linear theory of the massless input and of its massive twin at the input's redshift.
[[nodiscard]] prior::Theories make_theories(const cosmology::Parameters& parameters,
                                            const cosmology::LinearTables& tables,
                                            const io::FieldHeader& massless_input, double M_nu_eV);

[[nodiscard]] prior::RewindOptions rewind_options(const config::Config& config);

/// The prior's numbers into and from a model card: prediction uses those of the training.
void write_attributes(const prior::RewindOptions& options, io::Attributes& attributes);
[[nodiscard]] prior::RewindOptions read_rewind_options(const io::Attributes& attributes);

}  // namespace nubox::app
