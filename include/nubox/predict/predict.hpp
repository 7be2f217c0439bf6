#pragma once

#include "nubox/field/halo.hpp"
#include "nubox/field/lattice_field.hpp"
#include "nubox/net/evaluator.hpp"
#include "nubox/predict/tile_plan.hpp"

#include <cstddef>
#include <vector>

namespace nubox::predict {

/// Applies a network to a full box: every rank covers its slab with tiles that have their exact
/// halo from the periodic box, and writes the results in place. Both fields are consumed; move
/// large ones in.
///
/// @param features    [channels][nx_local][N][N], physical units, as the model card names them
/// @param prior_mpch  [3] prior displacement, to which a residual network's output is added
/// @param conditioning  of the box and the requested mass; with theta = 0 a residual network
///                      returns the prior bit for bit
/// @param tiles       their edge, or the memory within which the cheapest extent is chosen
/// @return            [3] displacement, Mpc/h, wrapped to (-L/2, L/2]
/// Collective. @throws InputError (agreed) if the features do not fit the model or the lattice does
///         not fit its stride, NumericalError (agreed) if the network returns non-finite values
[[nodiscard]] field::LatticeField predict_displacement(field::LatticeField features,
                                                       field::LatticeField prior_mpch,
                                                       const net::Evaluator& network,
                                                       const net::Conditioning& conditioning,
                                                       TileChoice tiles = {});
/// The same with a given plan; not logged, and features must fit the network.
[[nodiscard]] field::LatticeField predict_displacement(field::LatticeField features,
                                                       field::LatticeField prior_mpch,
                                                       const net::Evaluator& network,
                                                       const net::Conditioning& conditioning,
                                                       const TilePlan& plan);

/// The same from channels with their halo of plan.slab_halo planes, one slab for each. Collective.
[[nodiscard]] field::LatticeField predict_displacement(
    const std::vector<field::HaloedSlab>& channels, field::LatticeField prior_mpch,
    const net::Evaluator& network, const net::Conditioning& conditioning, const TilePlan& plan);

/// Collective. @throws InputError (agreed) if a network has another number of input channels
void require_channels(const par::Comm& comm, const net::Architecture& architecture,
                      std::size_t count);

/// The tiles of a box, logged. Collective. @throws InputError (agreed) as predict_displacement()
[[nodiscard]] TilePlan tiles_of(const par::SlabLayout& layout, const net::ModelCard& card,
                                TileChoice tiles);

/// Edge of cubic tiles: the requested one or, for 0, that of the crops that the model was trained
/// on. Collective. @throws InputError (agreed) if the model file does not name it
[[nodiscard]] std::size_t tile_edge(const par::Comm& comm, const net::ModelCard& card,
                                    std::size_t requested);
/// Tiles for a model. The result of a network that pads the faces of its tiles depends on their
/// edge: it is tile_edge(). For other networks the choice is returned. Collective. @throws
/// InputError as tile_edge()
[[nodiscard]] TileChoice tiles_for(const par::Comm& comm, const net::ModelCard& card,
                                   TileChoice requested);

/// Refuses an input or a mass for which the model is not valid: another lattice spacing (by more
/// than 1 %), or, for a network without conditioning, a mass that it was not trained on.
/// Rank-local.
/// @throws InputError
void require_within_range(const net::ModelCard& card, const io::FieldHeader& input, double M_nu_eV);

}  // namespace nubox::predict
