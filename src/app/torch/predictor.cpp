#include "app/torch/predictor.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/io/digest.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/predict/predict.hpp"
#include "nubox/stats/seams.hpp"

#include "app/paths.hpp"
#include "app/setup.hpp"

#include <algorithm>
#include <array>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

/// Model file of the configuration, a path or the name of an installed one; empty for physics
/// alone.
fs::path model_path(const config::Config& config) {
  const fs::path model = config.text("predict.model");
  const bool none = config.text("model.architecture") == "none";
  const bool prior_alone =
      none || (config.given("model.prior") && !config.given("model.architecture"));
  if (model.empty() && !prior_alone) {
    throw UsageError(
        "give --predict.model=FILE, or --model.architecture=none with "
        "--model.prior=linear|rewind|za|none for physics alone");
  }
  return model.empty() ? model : find_shipped(model, "models");
}

}  // namespace

Predictor::Predictor(const par::Comm& comm, const config::Config& config)
    : comm_(&comm),
      config_(&config),
      parameters_(cosmology_parameters(config)),
      tables_(load_tables(comm, config)),
      prior_(prior::kind_of(config.text("model.prior"))),
      rewind_(rewind_options(config)) {
  const fs::path model = par::agree(comm, [&] { return model_path(config); });
  if (model.empty()) return;
  card_ = net::load_card(comm, model);
  if (card_->architecture.name != "none") {
    network_.emplace(comm, model, config.text("predict.precision"));
  }
  model_checksum_ = comm.broadcast(par::agree(
      comm, [&] { return comm.is_root() ? io::digest_of(model).checksum : std::string(); }));
  par::agree(comm, [&] {
    if (config.given("model.prior") && config.text("model.prior") != card_->prior) {
      throw UsageError("{} was trained over the prior '{}', the configuration says '{}'",
                       model.string(), card_->prior, config.text("model.prior"));
    }
    if (network_ && config.text("model.architecture") == "none") {
      throw UsageError("model.architecture = none, but {} holds a network", model.string());
    }
    prior_ = prior::kind_of(card_->prior);
    rewind_ = read_rewind_options(card_->extra);
  });
}

void Predictor::require_fits(const io::FieldFile& file, const SuiteTask& task) const {
  const io::FieldHeader& header = file.header();
  par::agree(*comm_, [&] {
    if (header.M_nu_eV != 0) {
      throw InputError("{} has M_nu = {} eV already; the input must be a massless box",
                       task.in.string(), header.M_nu_eV);
    }
    require_cosmology(header, parameters_, task.in.string());
    for (const Wanted& wanted : task.wanted) {
      if (card_) predict::require_within_range(*card_, header, wanted.M_nu_eV);
      (void)make_theories(parameters_, tables_, header, wanted.M_nu_eV);
    }
    if (card_ && !file.has("velocity") &&
        (prior_ == prior::Kind::rewind || prior::need_velocity(card_->features))) {
      throw InputError("the model was trained on boxes with velocities; {} has none",
                       task.in.string());
    }
  });
}

void Predictor::require_possible(const SuiteTask& task) const {
  require_fits(io::FieldFile(*comm_, task.in), task);
}

predict::TileChoice Predictor::tile_choice() const {
  return {config_->size("predict.tile"), 1e9 * config_->number("predict.tile_memory_gb")};
}

double Predictor::network_flop(std::size_t n) const {
  if (!network_) return 0;
  const net::Architecture& architecture = network_->card().architecture;
  predict::TileChoice choice = tile_choice();
  if (architecture.padding != "halo") {
    choice.edge = predict::tile_edge(network_->card(), choice.edge);
  }
  const predict::TilePlan plan =
      predict::plan_tiles(par::SlabLayout(*comm_, n), architecture, choice);
  return comm_->all_reduce(2 * static_cast<double>(plan.origins.size()) *
                           net::multiply_adds(architecture, plan.tile));
}

io::Attributes Predictor::recipe(const io::FieldFile& file) const {
  io::Attributes attributes{{"input_checksum", file.checksum("displacement")},
                            {"requested_prior", prior::name_of(prior_)},
                            {"tables", tables_.digest()}};
  if (!card_) write_attributes(rewind_, attributes);
  if (card_) attributes["model_checksum"] = model_checksum_;
  if (network_) {
    attributes["precision"] = config_->text("predict.precision");
    attributes["tile"] = config_->integer("predict.tile");
  }
  return attributes;
}

TaskResult Predictor::run(const SuiteTask& task) const {
  TaskResult result;
  std::optional<field::Snapshot> input;
  std::optional<prior::Features> features;
  const io::FieldFile file(*comm_, task.in);
  require_fits(file, task);
  const io::Attributes attributes = recipe(file);
  for (const Wanted& wanted : task.wanted) {
    const auto same_run = [&](const io::FieldHeader& found) {
      return found.M_nu_eV == wanted.M_nu_eV && found.n == file.header().n &&
             std::ranges::all_of(attributes, [&](const auto& entry) {
               const auto at = found.extra.find(entry.first);
               return at != found.extra.end() && at->second == entry.second;
             });
    };
    log::set_phase("predict: look for " + wanted.out.string());
    if (stands_complete(*comm_, wanted.out, same_run, "predict.out")) {
      log::info("{}: complete, skipped", wanted.out.string());
      ++result.found;
      continue;
    }
    log::set_phase("predict: read");
    if (!input) {
      input = field::read_snapshot(*comm_, task.in);
      if (network_) features = features_of(*input);
    }
    make(*input, features, wanted, attributes);
    ++result.made;
  }
  return result;
}

void Predictor::note_seams(const field::LatticeField& input, field::Snapshot& predicted) const {
  const net::ModelCard& card = *card_;
  const bool padded = card.architecture.padding != "halo", asked = config_->flag("predict.seams");
  if (!padded && !asked) return;
  const std::size_t tile = predict::tile_edge(card, config_->size("predict.tile"));
  if (!asked && (tile <= 2 * stats::inner_distance || tile == input.n())) {
    log::info("seams: tiles of {} sites have no inner sites to compare with", tile);
    return;
  }
  const stats::SeamMeasure seams =
      stats::measure_seams(stats::added_divergence(predicted.displacement, input), tile);
  predicted.header.extra["seam_tile"] = static_cast<std::int64_t>(tile);
  predicted.header.extra["seam_face_ratio"] = seams.face_ratio;
  predicted.header.extra["seam_power_ratio"] = seams.power_ratio;
  log::info(
      "seams of tiles of {}^3: roughness at faces {:.3f} times that inside, power at their "
      "wavelengths {:.3f} times that beside",
      tile, seams.face_ratio, seams.power_ratio);
}

prior::Features Predictor::features_of(const field::Snapshot& input) const {
  log::set_phase("predict: features");
  const prior::Theories theories =
      par::agree(*comm_, [&] { return make_theories(parameters_, tables_, input.header, 0); });
  return {input, theories.massless, card_->features, rewind_.mesh_factor};
}

void Predictor::make(const field::Snapshot& input, const std::optional<prior::Features>& features,
                     const Wanted& wanted, const io::Attributes& recipe) const {
  Stopwatch watch;
  log::set_phase("predict: prior");
  const prior::Theories theories = par::agree(
      *comm_, [&] { return make_theories(parameters_, tables_, input.header, wanted.M_nu_eV); });
  const prior::Prescription numbers = prior::prescribe(
      card_ ? card_->calibration : prior::Calibration{}, input.header, theories, rewind_);
  field::Snapshot predicted = prior::apply(prior_, input, theories, numbers.rewind, numbers.gain);
  write_attributes(numbers.rewind, predicted.header.extra);
  const double prior_s = watch.restart();
  if (card_) {
    predict::warn_outside_range(*card_, input.header, wanted.M_nu_eV);
    predicted.header.extra["model"] = fs::path(config_->text("predict.model")).filename().string();
  }
  if (network_) {
    log::set_phase("predict: network");
    const double theta = net::style_parameter(wanted.M_nu_eV, input.header.Omega_m, input.header.h);
    predicted.displacement = predict::predict_displacement(
        features->over(predicted), predicted.displacement, *network_, theta, tile_choice());
    note_seams(input.displacement, predicted);
    // The network corrects positions only.
    predicted.header.extra["velocity_origin"] = "prior " + prior::name_of(prior_);
  }
  const double network_s = watch.restart();
  log::set_phase("predict: write");
  if (!config_->flag("predict.velocities")) predicted.velocity.reset();
  for (const auto& [name, value] : recipe) predicted.header.extra[name] = value;
  par::agree(*comm_, [&] {
    if (comm_->is_root() && wanted.out.has_parent_path()) {
      fs::create_directories(wanted.out.parent_path());
    }
  });
  field::write_snapshot(wanted.out, predicted);
  log::info("{}: prior {} {:.1f} s, network {:.1f} s, write {:.1f} s", wanted.out.string(),
            prior::name_of(prior_), prior_s, network_s, watch.seconds());
}

}  // namespace nubox::app
