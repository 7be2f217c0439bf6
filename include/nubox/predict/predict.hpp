#pragma once

#include "nubox/field/lattice_field.hpp"
#include "nubox/net/evaluator.hpp"
#include "nubox/predict/tile_plan.hpp"

#include <cstddef>

namespace nubox::predict {

/// Applies a network to a full box: every rank covers its slab with tiles that carry their exact
/// periodic halo, and writes them in place. Both fields are used up: large boxes want to be moved
/// in.
///
/// @param features    [channels][nx_local][N][N], physical units, as the model card names them
/// @param prior_mpch  [3] prior displacement, to which a residual network's output is added
/// @param style       of box and wanted mass; theta = 0 returns the prior bit for bit
/// @param tiles       their edge, or the memory within which the cheapest extent is chosen
/// @return            [3] displacement, Mpc/h, wrapped to (-L/2, L/2]
/// Collective. @throws InputError (agreed) if features do not fit the model or the lattice its
///         stride, NumericalError (agreed) if the network returns non-finite values
[[nodiscard]] field::LatticeField predict_displacement(field::LatticeField features,
                                                       field::LatticeField prior_mpch,
                                                       const net::Evaluator& network,
                                                       const net::Conditioning& style,
                                                       TileChoice tiles = {});
/// The same by a plan made before, without a line in the log; features must fit the network.
[[nodiscard]] field::LatticeField predict_displacement(field::LatticeField features,
                                                       field::LatticeField prior_mpch,
                                                       const net::Evaluator& network,
                                                       const net::Conditioning& style,
                                                       const TilePlan& plan);

/// Edge of cubic tiles: the requested one or, for 0, that of the crops that the model was trained
/// on. @throws InputError if the model file does not name it
[[nodiscard]] std::size_t tile_edge(const net::ModelCard& card, std::size_t requested);
/// Tiles for a model: of a network that pads the faces of its tiles the edge matters, so that it is
/// tile_edge(). Others keep the choice. @throws InputError as tile_edge()
[[nodiscard]] TileChoice tiles_for(const net::ModelCard& card, TileChoice requested);

/// Refuses an input or mass for which the model cannot be right: lattice spacing off by more than
/// 1 %, a mass unknown to a network without conditioning. Rank-local. @throws InputError
void require_within_range(const net::ModelCard& card, const io::FieldHeader& input, double M_nu_eV);
/// Warns where an accepted one leaves the range of the training: mass, redshift, cosmology.
/// All ranks must call it.
void warn_outside_range(const net::ModelCard& card, const io::FieldHeader& input, double M_nu_eV);

}  // namespace nubox::predict
