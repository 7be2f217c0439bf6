#include "nubox/predict/predict.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/progress.hpp"
#include "nubox/field/periodic.hpp"
#include "nubox/net/tile_batch.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/predict/tile_plan.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

namespace nubox::predict {

std::size_t tile_edge(const par::Comm& comm, const net::ModelCard& card, std::size_t requested) {
  if (requested > 0) return requested;
  const auto crop = io::find<std::int64_t>(card.extra, "crop");
  if (!crop || *crop <= 0) {
    par::throw_agreed(
        comm,
        InputError(
            "the model file does not name the size of its training crops: give predict.tile"));
  }
  return static_cast<std::size_t>(*crop);
}

TileChoice tiles_for(const par::Comm& comm, const net::ModelCard& card, TileChoice requested) {
  if (card.architecture.pads_tile_faces()) requested.edge = tile_edge(comm, card, requested.edge);
  return requested;
}

namespace {

using HaloedChannels = std::vector<field::HaloedSlab>;

/// Moves tiles between the haloed slabs and the network's dense batches.
class TileMover {
 public:
  TileMover(const HaloedChannels& channels, const TilePlan& plan)
      : channels_(channels),
        slab_(channels.front()),
        plan_(plan),
        input_(net::grown(plan.tile, plan.halo)) {}

  [[nodiscard]] const net::Extent& input() const { return input_; }

  /// Copies the input of a tile, [components] of extent input(), periodic in y and z.
  void gather(const TileOrigin& origin, float* to) const {
    const std::size_t n = slab_.n;
    // The slab has its halo planes: x does not wrap.
    const auto first_plane = static_cast<std::size_t>(
        origin.x - static_cast<std::ptrdiff_t>(slab_.interior.start) +
        static_cast<std::ptrdiff_t>(slab_.halo) - static_cast<std::ptrdiff_t>(plan_.halo));
    const std::size_t first_y = field::haloed_start(origin.y, plan_.halo, n),
                      first_z = field::haloed_start(origin.z, plan_.halo, n);
    for (const field::HaloedSlab& channel : channels_) {
      for (std::size_t i = 0; i < input_[0]; ++i) {
        const float* plane = channel.values.data() + (first_plane + i) * n * n;
        for (std::size_t j = 0; j < input_[1]; ++j) {
          to = field::copy_periodic_row(plane + (first_y + j) % n * n, n, first_z, input_[2], to);
        }
      }
    }
  }

  /// Copies the part of a tile's output, plan.tile sites of 3 components, that is in the slab and
  /// the box, or adds it to the values there.
  void scatter(const TileOrigin& origin, const float* from, bool add,
               field::LatticeField& out) const {
    const std::size_t n = slab_.n;
    const auto& [tile_x, tile_y, tile_z] = plan_.tile;
    const std::size_t count = std::min(tile_z, n - origin.z), components = out.components();
    for (std::size_t i = 0; i < tile_x; ++i) {
      const auto x = static_cast<std::size_t>(origin.x) + i;
      if (!slab_.interior.contains(x)) continue;
      for (std::size_t j = 0; j < tile_y && origin.y + j < n; ++j) {
        const float* row = from + (i * tile_y + j) * tile_z * components;
        const std::size_t first = out.site(x - slab_.interior.start, origin.y + j, origin.z);
        for (std::size_t c = 0; c < components; ++c) {
          float* to = out.component(c).data() + first;
          for (std::size_t k = 0; k < count; ++k) {
            const float value = row[k * components + c];
            to[k] = add ? to[k] + value : value;
          }
        }
      }
    }
  }

 private:
  const HaloedChannels& channels_;
  const field::HaloedSlab& slab_;  ///< the first; all have the same extent
  const TilePlan& plan_;
  net::Extent input_;
};

void run_tiles(const TileMover& mover, const TilePlan& plan, const net::Evaluator& network,
               const net::Conditioning& conditioning, field::LatticeField& out) {
  const net::Architecture& architecture = network.card().architecture;
  const std::size_t in_values = architecture.input_channels * net::voxels(mover.input());
  const std::size_t out_values = 3 * net::voxels(plan.tile);
  const std::size_t tiles = plan.origins.size();
  if (tiles == 0) return;
  const std::size_t per_call = std::min(tiles, tiles_per_call(mover.input()));
  const std::size_t calls = (tiles + per_call - 1) / per_call;
  std::vector<net::TileBatch> batches;  // a GPU computes one while the other is copied
  for (std::size_t i = 0; i < std::min(calls, tile_batches); ++i) {
    batches.emplace_back(network, per_call, plan.tile);
  }
  const auto tiles_of = [&](std::size_t call) {
    return std::span(plan.origins)
        .subspan(call * per_call)
        .first(std::min(per_call, tiles - call * per_call));
  };
  const auto collect = [&](std::size_t call) {
    const float* from = batches[call % batches.size()].result().data();
    for (const TileOrigin& origin : tiles_of(call)) {
      mover.scatter(origin, from, architecture.residual, out);
      from += out_values;
    }
  };
  Progress progress(fmt::format("network, {} tiles at a time", per_call), calls);
  for (std::size_t call = 0; call < calls; ++call) {
    if (call >= batches.size()) collect(call - batches.size());
    net::TileBatch& batch = batches[call % batches.size()];
    float* to = batch.input().data();
    for (const TileOrigin& origin : tiles_of(call)) {
      mover.gather(origin, to);
      to += in_values;
    }
    batch.start(tiles_of(call).size(), conditioning);
    progress.step();
  }
  for (std::size_t call = calls - batches.size(); call < calls; ++call) collect(call);
}

/// Wraps to (-L/2, L/2]. @throws NumericalError
void finish(field::LatticeField& out) {
  const auto box = static_cast<float>(out.box_size_mpch());
  const auto values = out.values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      throw NumericalError("the output of the network is not finite (value {} of this rank's slab)",
                           i);
    }
    values[i] = field::minimum_image(values[i], box);
  }
}

}  // namespace

void require_channels(const par::Comm& comm, const net::Architecture& architecture,
                      std::size_t count) {
  if (count == architecture.input_channels) return;
  par::throw_agreed(comm, InputError("the model has {} input channels, this input gives {}",
                                     architecture.input_channels, count));
}

field::LatticeField predict_displacement(field::LatticeField features,
                                         field::LatticeField prior_mpch,
                                         const net::Evaluator& network,
                                         const net::Conditioning& conditioning, TileChoice tiles) {
  const net::Architecture& architecture = network.card().architecture;
  if (architecture.residual && conditioning.theta == 0) return prior_mpch;
  const par::Comm comm = prior_mpch.comm();
  require_channels(comm, architecture, features.components());
  const TilePlan plan = tiles_of(features.layout(), network.card(), tiles);
  return predict_displacement(std::move(features), std::move(prior_mpch), network, conditioning,
                              plan);
}

field::LatticeField predict_displacement(field::LatticeField features,
                                         field::LatticeField prior_mpch,
                                         const net::Evaluator& network,
                                         const net::Conditioning& conditioning,
                                         const TilePlan& plan) {
  HaloedChannels channels;
  for (std::size_t c = 0; c < features.components(); ++c) {
    channels.push_back(
        field::exchange_halo(features.layout(), features.component(c), plan.slab_halo));
  }
  // The slabs contain the features: their memory is freed for the activations.
  features = field::LatticeField(features.layout(), 0, features.box_size_mpch());
  return predict_displacement(channels, std::move(prior_mpch), network, conditioning, plan);
}

field::LatticeField predict_displacement(const HaloedChannels& channels,
                                         field::LatticeField prior_mpch,
                                         const net::Evaluator& network,
                                         const net::Conditioning& conditioning,
                                         const TilePlan& plan) {
  if (network.card().architecture.residual && conditioning.theta == 0) return prior_mpch;
  par::agree(prior_mpch.comm(), [&] {
    run_tiles(TileMover(channels, plan), plan, network, conditioning, prior_mpch);
    finish(prior_mpch);
  });
  return prior_mpch;
}

TilePlan tiles_of(const par::SlabLayout& layout, const net::ModelCard& card, TileChoice tiles) {
  const TilePlan plan =
      plan_tiles(layout, card.architecture, tiles_for(layout.comm(), card, tiles));
  log::info("network: {} tiles of {} x {} x {} sites on this rank, halo {}, waste {:.2f}",
            plan.origins.size(), plan.tile[0], plan.tile[1], plan.tile[2], plan.halo, plan.waste);
  return plan;
}

void require_within_range(const net::ModelCard& card, const io::FieldHeader& input,
                          double M_nu_eV) {
  const double spacing = input.box_size_mpch / static_cast<double>(input.n);
  if (std::abs(spacing / card.lattice_spacing_mpch() - 1) > 0.01) {
    throw InputError(
        "the model was trained at a lattice spacing of {:.4f} Mpc/h, this box has {:.4f}: train a "
        "model at this spacing, or use --model.architecture=none",
        card.lattice_spacing_mpch(), spacing);
  }
  if (card.masses_eV.empty()) throw InputError("the model file names no neutrino mass");
  const auto [low, high] = std::minmax_element(card.masses_eV.begin(), card.masses_eV.end());
  const bool trained_mass = std::ranges::any_of(
      card.masses_eV, [&](double mass) { return std::abs(mass - M_nu_eV) <= 1e-6; });
  if (!card.architecture.residual && !trained_mass) {
    throw InputError(
        "this network is valid only for the masses it was trained on ({} to {} eV); M_nu = {} eV "
        "needs another model",
        *low, *high, M_nu_eV);
  }
}

}  // namespace nubox::predict
