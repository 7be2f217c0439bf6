#include "predict/prediction_setup.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/io/digest.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/predict/predict.hpp"
#include "nubox/prior/theories.hpp"
#include "nubox/stats/seams.hpp"

#include <utility>

namespace nubox::predict {

PredictionSetup::PredictionSetup(const par::Comm& on, cosmology::LinearTables linear_tables,
                                 PredictorOptions choices)
    : comm(on),
      options(std::move(choices)),
      tables(std::move(linear_tables)),
      output(par::agree(on, [&] { return BoxOutput(options.output); })),
      prior(options.prior.value_or(prior::Kind::none)),
      rewind(options.rewind) {
  const std::filesystem::path& model = options.model;
  par::agree(on, [&] {
    if (!options.ics.empty() && (!model.empty() || prior != prior::Kind::za)) {
      throw UsageError("predict.ics is only used by the prior alone, with --model.prior=za");
    }
  });
  if (model.empty()) return;
  card = net::load_card(on, model);
  if (card->architecture.has_network()) network.emplace(on, model, options.precision);
  model_checksum = on.broadcast(
      par::agree(on, [&] { return on.is_root() ? io::digest_of(model).checksum : std::string(); }));
  par::agree(on, [&] {
    if (options.prior && *options.prior != card->prior) {
      throw UsageError("{} was trained over the prior '{}', the configuration says '{}'",
                       model.string(), prior::name_of(card->prior), prior::name_of(*options.prior));
    }
    if (network && options.without_network) {
      throw UsageError("model.architecture = none, but {} contains a network", model.string());
    }
    prior = card->prior;
    rewind = prior::read_rewind_options(card->extra);
  });
}

TileChoice PredictionSetup::tiles() const {
  return network ? tiles_for(comm, *card, options.tiles) : options.tiles;
}

std::size_t PredictionSetup::seam_tile(std::size_t n) const {
  if (!network) return 0;
  const bool padded = card->architecture.pads_tile_faces();
  if (!padded && !options.measure_seams) return 0;
  const std::size_t tile = tile_edge(comm, *card, options.tiles.edge);
  if (!options.measure_seams && (tile <= 2 * stats::inner_distance || tile == n)) {
    log::info("seams: tiles of {} sites have no inner sites for comparison", tile);
    return 0;
  }
  return tile;
}

std::size_t PredictionSetup::neutrino_mesh(std::size_t n, double M_nu_eV) const {
  if (!options.output.neutrino_field || M_nu_eV == 0) return 0;
  return options.neutrino_mesh == 0 ? n : options.neutrino_mesh;
}

}  // namespace nubox::predict
