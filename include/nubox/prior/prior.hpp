#pragma once

#include "nubox/field/box.hpp"
#include "nubox/prior/rewind_options.hpp"
#include "nubox/prior/shared.hpp"
#include "nubox/prior/theories.hpp"

#include <string>
#include <vector>

/// Physical models that turn a massless box into a massive one without a network: filters and PM
/// forces on the full box. A network learns the remaining difference.
namespace nubox::prior {

/// none:   the input itself
/// linear: displacement times R(k) = sqrt(P_cb,nu / P_cb,0)
/// rewind: particle-mesh steps back to the epoch with the small-scale amplitude s of the massive
///         cosmology, then R(k)/s; needs velocities
/// za:     Zel'dovich displacement of the massive cosmology with the phases of the input
enum class Kind { none, linear, rewind, za };

/// @throws UsageError for another name
[[nodiscard]] Kind kind_of(const std::string& name);
[[nodiscard]] std::string name_of(Kind kind);

/// Isotropic factor G(k) on the displacements and velocities of a prior: linear in ln k between its
/// knots and constant beyond the last; below the first G - 1 goes as k^2, as required for the
/// effect of forces of finite range on long waves. Without knots it is 1.
struct Gain {
  std::vector<double> k_hmpc;  ///< ascending
  std::vector<double> value;   ///< G at the knots
  [[nodiscard]] double operator()(double k_hmpc) const;
};

/// Velocities of a predicted box; those of an input without them are always omitted.
enum class Velocities { predicted, omitted };

/// The massive box that a prior predicts, with the header of the massive cosmology; with velocities
/// if the input has them and they are wanted. M_nu = 0 returns the input bit for bit for any gain.
/// For an input without velocities rewind is replaced by the linear filter, with a warning. The
/// memory of an input that is moved in is reused: a rewind then needs one box in addition to the
/// force mesh.
///
/// @param shared  for callers that make several boxes, or channels, of this input; a force that is
///                moved in is released once it is used
/// Collective. @throws InputError (agreed) if za does not know the phases of the input
[[nodiscard]] field::Box apply(Kind kind, field::Box input, const Theories& theories,
                               const RewindOptions& rewind = {}, const Gain& gain = {},
                               Shared shared = {}, Velocities velocities = Velocities::predicted);

/// The Zel'dovich prior with phases from the initial conditions of the input (the same box at an
/// earlier redshift) instead of the noise that its header describes.
/// Collective.
/// @throws InputError (agreed) if they are of another box or come before the tables begin
[[nodiscard]] field::Box apply_zeldovich(field::Box input, field::Box ics, const Theories& theories,
                                         Shared shared = {});

}  // namespace nubox::prior
