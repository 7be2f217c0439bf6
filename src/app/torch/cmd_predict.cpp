#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/field/field_io.hpp"
#include "nubox/io/run_record.hpp"
#include "nubox/net/evaluator.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/predict/predict.hpp"

#include "app/commands.hpp"
#include "app/prior_setup.hpp"
#include "app/setup.hpp"

#include <filesystem>
#include <optional>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

/// What the user asked for, checked before anything is read.
struct Request {
  fs::path in, out, model;
  double M_nu_eV = 0;
};

Request read_request(const config::Config& config) {
  Request request{config.required_text("predict.in"), config.text("predict.out"),
                  config.text("predict.model"), config.number("predict.mnu_eV")};
  const bool none = config.text("model.architecture") == "none";
  const bool prior_alone =
      none || (config.given("model.prior") && !config.given("model.architecture"));
  if (request.model.empty() && !prior_alone) {
    throw UsageError(
        "give --predict.model=FILE, or --model.architecture=none with "
        "--model.prior=linear|rewind|za|none "
        "for physics alone");
  }
  if (!request.model.empty() && none) {
    throw UsageError("model.architecture = none contradicts predict.model = {}",
                     request.model.string());
  }
  return request;
}

/// Refuses a model for this input and mass where it cannot be right, and a configured prior that is
/// not the one the model was trained over.
void require_model_fits(const net::ModelCard& card, const io::FieldHeader& header,
                        bool has_velocity, const Request& request, const config::Config& config) {
  predict::require_within_range(card, header, request.M_nu_eV);
  if (config.given("model.prior") && config.text("model.prior") != card.prior) {
    throw UsageError("{} was trained over the prior '{}', the configuration says '{}'",
                     request.model.string(), card.prior, config.text("model.prior"));
  }
  if (prior::kind_of(card.prior) == prior::Kind::rewind && !has_velocity) {
    throw InputError("{} was trained over the rewind, which needs velocities; {} has none",
                     request.model.string(), request.in.string());
  }
}

void require_massless(const io::FieldHeader& header, const fs::path& path) {
  if (header.M_nu_eV != 0) {
    throw InputError("{} has M_nu = {} eV already; the input must be a massless box", path.string(),
                     header.M_nu_eV);
  }
}

}  // namespace

void predict(const par::Comm& world, const config::Config& config) {
  const Request request = par::agree(world, [&] { return read_request(config); });
  const cosmology::Parameters parameters = cosmology_parameters(config);
  const cosmology::LinearTables tables = load_tables(world, config);
  const io::FieldFile file(world, request.in);
  const io::FieldHeader& header = file.header();
  par::agree(world, [&] {
    require_massless(header, request.in);
    require_cosmology(header, parameters, request.in.string());
  });

  std::optional<net::Evaluator> network;
  prior::Kind kind = prior::kind_of(config.text("model.prior"));
  prior::RewindOptions rewind = rewind_options(config);
  if (!request.model.empty()) {
    network.emplace(world, request.model, config.text("predict.precision"));
    par::agree(world, [&] {
      require_model_fits(network->card(), header, file.has("velocity"), request, config);
      kind = prior::kind_of(network->card().prior);
      rewind = read_rewind_options(network->card().extra);
    });
  }
  const prior::Theories theories =
      par::agree(world, [&] { return make_theories(parameters, tables, header, request.M_nu_eV); });
  if (config.dry_run()) {
    const double sites = static_cast<double>(header.n * header.n * header.n) / world.size();
    log::info("dry run: about {:.2f} GiB per rank for fields and meshes",
              sites * 4 * 40 / (1 << 30));
  }
  if (config.check_only() || config.dry_run()) return;

  Stopwatch watch;
  const field::Snapshot input = field::read_snapshot(world, request.in);
  const double read_s = watch.restart();
  log::set_phase("predict: prior");
  field::Snapshot predicted = prior::apply(kind, input, theories, rewind);
  const double prior_s = watch.restart();
  if (network) {
    log::set_phase("predict: network");
    const field::LatticeField features = select_features(
        prior::features(input, predicted, theories.massless), network->card().architecture);
    const double theta = net::style_parameter(request.M_nu_eV, header.Omega_m, header.h);
    predicted.displacement = predict::predict_displacement(
        features, predicted.displacement, *network, theta,
        {config.size("predict.tile"), 1e9 * config.number("predict.tile_memory_gb")});
    predicted.header.extra["model"] = request.model.filename().string();
    // The network corrects positions only.
    predicted.header.extra["velocity_origin"] = "prior " + prior::name_of(kind);
  }
  const double network_s = watch.restart();
  log::set_phase("predict: write");
  if (!config.flag("predict.velocities")) predicted.velocity.reset();
  std::vector<fs::path> inputs{request.in};
  if (network) inputs.push_back(request.model);
  io::write_run_record(world, request.out.parent_path(), config, inputs);
  field::write_snapshot(request.out, predicted);
  log::info("{}: read {:.1f} s, prior {} {:.1f} s, network {:.1f} s, write {:.1f} s",
            request.out.string(), read_s, prior::name_of(kind), prior_s, network_s,
            watch.seconds());
}

}  // namespace nubox::app
