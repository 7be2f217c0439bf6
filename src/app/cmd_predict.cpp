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
  const bool prior_alone =
      config.text("model.architecture") == "none" || config.given("model.prior");
  if (request.model.empty() && !prior_alone) {
    throw UsageError(
        "give --predict.model=FILE, or --model.prior=linear|rewind|za|none for physics alone");
  }
  return request;
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
  const io::FieldHeader header = io::FieldFile(world, request.in).header();
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
      predict::require_within_range(network->card(), header, request.M_nu_eV);
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
        features, predicted.displacement, *network, theta, config.size("predict.tile"));
    predicted.header.extra["model"] = request.model.filename().string();
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
