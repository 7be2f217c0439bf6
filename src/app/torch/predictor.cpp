#include "app/torch/predictor.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/units.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/io/digest.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/predict/predict.hpp"
#include "nubox/prior/neutrino_density.hpp"
#include "nubox/stats/seams.hpp"

#include "app/options/prior.hpp"
#include "app/setup.hpp"
#include "app/torch/stages.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

/// What is known of the prior's velocities: rms error over rms velocity, site by site, against a
/// simulated twin (64^3 particles, 125 Mpc/h, z = 0, force mesh 2N, one realisation).
const char* velocity_accuracy(prior::Kind kind) {
  switch (kind) {
    case prior::Kind::rewind:
      return "rms error 7 % of the rms velocity at 0.15 eV, 16 % at 0.6 eV";
    case prior::Kind::linear:
      return "rms error 19 % of the rms velocity at 0.15 eV, 68 % at 0.6 eV";
    case prior::Kind::none:
      return "rms error 20 % of the rms velocity at 0.15 eV, 78 % at 0.6 eV";
    case prior::Kind::za:
      break;
  }
  return "linear theory";
}

/// Model file of the configuration, empty for physics alone. Who names neither a model nor an
/// architecture nor a prior gets the shipped model.
fs::path model_path(const config::Config& config) {
  const std::string model = config.text("predict.model");
  if (config.given("predict.model")) return find_shipped(model, "models");
  const bool architecture = config.given("model.architecture");
  const bool prior_alone =
      config.text("model.architecture") == "none" || (config.given("model.prior") && !architecture);
  if (prior_alone) return {};
  if (!architecture) return find_shipped(model, "models");
  throw UsageError(
      "the configuration describes a network: give its file by --predict.model=FILE, or "
      "--model.architecture=none with --model.prior=linear|rewind|za|none for physics alone");
}

}  // namespace

Predictor::Predictor(const par::Comm& comm, const config::Config& config)
    : comm_(comm),
      config_(&config),
      parameters_(cosmology_parameters(config)),
      tables_(load_tables(comm, config)),
      prior_(prior::kind_of(config.text("model.prior"))),
      rewind_(rewind_options(config)),
      output_(par::agree(comm, [&] { return BoxOutput(config); })) {
  const fs::path model = par::agree(comm, [&] { return model_path(config); });
  par::agree(comm, [&] {
    if (!config.text("predict.ics").empty() && (!model.empty() || prior_ != prior::Kind::za)) {
      throw UsageError("predict.ics is for physics alone with --model.prior=za");
    }
  });
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
    rewind_ = prior::read_rewind_options(card_->extra);
  });
}

void Predictor::require_fits(const io::FieldFile& file, const predict::SuiteTask& task) const {
  const io::FieldHeader& header = file.header();
  par::agree(comm_, [&] {
    if (header.cosmology.M_nu_eV != 0) {
      throw InputError("{} has M_nu = {} eV already; the input must be a massless box",
                       task.in.string(), header.cosmology.M_nu_eV);
    }
    require_cosmology(header, parameters_, task.in.string());
    output_.require_possible(file);
    for (const predict::OutputRequest& wanted : task.wanted) {
      if (card_) predict::require_within_range(*card_, header, wanted.M_nu_eV);
      (void)prior::make_theories(parameters_, tables_, header, wanted.M_nu_eV);
    }
    if (card_ && !file.has("velocity") &&
        (prior_ == prior::Kind::rewind || prior::need_velocity(card_->features))) {
      throw InputError("the model was trained on boxes with velocities; {} has none",
                       task.in.string());
    }
  });
}

predict::MemoryEstimate Predictor::needs(const predict::SuiteTask& task) const {
  const io::FieldFile file(comm_, task.in);
  require_fits(file, task);
  const io::FieldHeader& header = file.header();
  const prior::Theories theories =
      par::agree(comm_, [&] { return prior::make_theories(parameters_, tables_, header, 0); });
  predict::BoxRequest request{.n = header.n,
                              .box_size_mpch = header.box_size_mpch,
                              .has_velocity = file.has("velocity"),
                              .prior = prior_,
                              .rewind = rewind_,
                              .network = network_ ? &card_->architecture : nullptr,
                              .tiles = tiles(),
                              .measures_seams = seam_tile(header.n) > 0,
                              .neutrino_mesh = 0};
  for (const predict::OutputRequest& wanted : task.wanted) {
    request.neutrino_mesh =
        std::max(request.neutrino_mesh, neutrino_mesh(header.n, wanted.M_nu_eV));
  }
  return predict::memory_estimate(comm_, request, theories.massless);
}

double Predictor::network_flop(std::size_t n) const {
  if (!network_) return 0;
  const net::Architecture& architecture = network_->card().architecture;
  const predict::TilePlan plan =
      predict::plan_tiles(par::SlabLayout(comm_, n), architecture, tiles());
  return comm_.all_reduce(2 * static_cast<double>(plan.origins.size()) *
                          net::multiply_adds(architecture, plan.tile));
}

predict::TileChoice Predictor::tiles() const {
  predict::TileChoice choice{config_->size("predict.tile"),
                             1e9 * config_->number("predict.tile_memory_gb")};
  if (network_ && card_->architecture.padding != "halo") {
    choice.edge = predict::tile_edge(*card_, choice.edge);
  }
  return choice;
}

io::Attributes Predictor::recipe(const io::FieldFile& file, double M_nu_eV) const {
  const std::size_t mesh = neutrino_mesh(file.header().n, M_nu_eV);
  io::Attributes attributes{{"input_checksum", file.checksum("displacement")},
                            {"M_nu_eV", M_nu_eV},
                            {"requested_prior", prior::name_of(prior_)},
                            {"requested_neutrino_mesh", static_cast<std::int64_t>(mesh)},
                            {"tables", tables_.digest()}};
  if (!card_) write_attributes(rewind_, attributes);
  if (const std::string ics = config_->text("predict.ics"); !ics.empty()) {
    attributes["ics_checksum"] = io::FieldFile(comm_, ics).checksum("displacement");
  }
  if (card_) attributes["model_checksum"] = model_checksum_;
  if (network_) {
    attributes["precision"] = config_->text("predict.precision");
    attributes["tile"] = config_->integer("predict.tile");
  }
  return attributes;
}

std::size_t Predictor::neutrino_mesh(std::size_t n, double M_nu_eV) const {
  if (!config_->flag("predict.neutrino_field") || M_nu_eV == 0) return 0;
  const std::size_t mesh = config_->size("predict.neutrino_mesh");
  return mesh == 0 ? n : mesh;
}

void Predictor::run(const predict::SuiteTask& task, const predict::SuiteTask* next,
                    predict::SuiteProgress& progress) const {
  std::optional<prior::Features> features;
  const io::FieldFile file(comm_, task.in);
  require_fits(file, task);
  if (card_ && !card_->calibration.empty() && prior::force_class(file.header()) == 0) {
    log::info("{}: the header names no force mesh, so the calibration of the finest one is used",
              task.in.string());
  }
  for (const predict::OutputRequest& wanted : task.wanted) {
    const io::Attributes attributes = recipe(file, wanted.M_nu_eV);
    log::set_phase("predict: look for " + wanted.out.string());
    if (output_.is_complete_output(comm_, wanted.out, file.header().n, attributes)) {
      log::info("{}: complete, skipped", wanted.out.string());
      progress.found();
      continue;
    }
    const bool last = &wanted == &task.wanted.back();
    const fs::path of_next = next != nullptr ? next->in : fs::path();
    make(task.in, wanted, attributes, features, last ? of_next : task.in, progress);
  }
}

std::size_t Predictor::seam_tile(std::size_t n) const {
  if (!network_) return 0;
  const bool padded = card_->architecture.padding != "halo", asked = config_->flag("predict.seams");
  if (!padded && !asked) return 0;
  const std::size_t tile = predict::tile_edge(*card_, config_->size("predict.tile"));
  if (!asked && (tile <= 2 * stats::inner_distance || tile == n)) {
    log::info("seams: tiles of {} sites have no inner sites to compare with", tile);
    return 0;
  }
  return tile;
}

void Predictor::note_seams(const field::LatticeField& input, std::size_t tile,
                           field::Box& predicted) const {
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

void Predictor::fetch(const fs::path& path) const {
  try {
    io::FieldFile(comm_, path).read_ahead();
  } catch (const Error& error) {
    if (!error.agreed()) throw;  // an agreed failure comes to light when the file has its turn
  }
}

prior::Features Predictor::features_of(const field::Box& input) const {
  const prior::Theories theories = par::agree(
      comm_, [&] { return prior::make_theories(parameters_, tables_, input.header, 0); });
  return {input, theories.massless, card_->features, rewind_.mesh_factor};
}

void Predictor::apply_network(const prior::Features& features, std::size_t force_class,
                              const prior::Gain& gain, field::Box& predicted) const {
  const io::FieldHeader& header = predicted.header;
  const net::Conditioning style =
      net::conditioning_of(header.cosmology.M_nu_eV, header.cosmology.Omega_m, header.cosmology.h,
                           prior::nearest_class(card_->force_classes, force_class));
  field::LatticeField channels = features.over(predicted);
  const memory::HeapRetention by_tiles;
  predicted.displacement = predict::predict_displacement(
      std::move(channels), std::move(predicted.displacement), *network_, style, tiles());
  if (style.theta == 0 || gain.k_hmpc.empty()) return;
  field::apply_filter(predicted.displacement, fft::Plan::create(comm_, header.n), gain);
}

void Predictor::make(const fs::path& in, const predict::OutputRequest& wanted,
                     const io::Attributes& recipe, std::optional<prior::Features>& features,
                     const fs::path& next, predict::SuiteProgress& progress) const {
  Stages stages;
  stages.enter("read");
  field::Box input = field::read_box(comm_, in);
  const double a = units::scale_factor(input.header.redshift);
  const prior::Theories theories = par::agree(comm_, [&] {
    return prior::make_theories(parameters_, tables_, input.header, wanted.M_nu_eV);
  });
  if (network_ && !features) {
    stages.enter("features");
    features = features_of(input);
  }
  const std::size_t seams = seam_tile(input.header.n);
  std::optional<field::LatticeField> before;
  if (seams > 0) before = input.displacement;

  // Not later: what is lost if the job is killed is the box at hand, not the one before it too.
  progress.settle();
  stages.enter("prior " + prior::name_of(prior_));
  const prior::Prescription numbers = prior::prescribe(
      card_ ? card_->calibration : prior::Calibration{}, input.header, theories, rewind_);
  const std::size_t force_class = prior::force_class(input.header);
  const prior::Gain output_gain =
      card_ ? prior::prescribe(card_->output_calibration, input.header, theories, {}).gain
            : prior::Gain{};
  const std::string ics = config_->text("predict.ics");
  field::Box predicted =
      ics.empty() ? prior::apply(prior_, std::move(input), theories, numbers.rewind, numbers.gain)
                  : prior::apply_zeldovich(std::move(input), field::read_box(comm_, ics), theories);
  write_attributes(numbers.rewind, predicted.header.extra);
  if (card_) {
    predict::warn_outside_range(*card_, predicted.header, wanted.M_nu_eV);
    predicted.header.extra["model"] = fs::path(config_->text("predict.model")).filename().string();
  }
  if (network_) {
    stages.enter("network");
    if (!next.empty()) fetch(next);
    apply_network(*features, force_class, output_gain, predicted);
  }
  if (before) note_seams(*before, seams, predicted);
  std::optional<field::LatticeField> density_nu;
  if (const std::size_t mesh = neutrino_mesh(predicted.header.n, wanted.M_nu_eV); mesh > 0) {
    stages.enter("neutrinos");
    density_nu = prior::neutrino_density(predicted.displacement, theories.massive, a, mesh);
    predicted.header.extra[io::density_nu_window] = "none";
  }
  stages.enter("write");
  if (!config_->flag("predict.velocities")) predicted.velocity.reset();
  if (predicted.velocity && wanted.M_nu_eV > 0) {
    // The network corrects positions only.
    predicted.header.extra["velocity_origin"] = "prior " + prior::name_of(prior_);
    predicted.header.extra["velocity_accuracy"] = velocity_accuracy(prior_);
  }
  for (const auto& [name, value] : recipe) {
    if (name != "M_nu_eV") predicted.header.extra[name] = value;
  }
  io::Publication box = output_.write(wanted.out, predicted, density_nu ? &*density_nu : nullptr);
  progress.written(std::move(box), fmt::format("{}: {}", wanted.out.string(), stages.text()));
}

}  // namespace nubox::app
