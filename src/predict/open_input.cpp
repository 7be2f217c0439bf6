#include "predict/open_input.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/units.hpp"
#include "nubox/cosmology/table_range.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/io/hdf5_attributes.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/predict/predict.hpp"
#include "nubox/prior/neutrino_density.hpp"
#include "nubox/prior/theories.hpp"
#include "nubox/snapshot/self_checks.hpp"
#include "nubox/stats/seams.hpp"

#include <utility>

namespace nubox::predict {
namespace {

namespace fs = std::filesystem;

/// Rank-local. @throws InputError
void require_massless(const io::FieldHeader& header, const fs::path& path) {
  if (header.cosmology.M_nu_eV == 0) return;
  throw InputError("{} has M_nu = {} eV; the input must be a massless box", path.string(),
                   header.cosmology.M_nu_eV);
}

}  // namespace

OpenInput::OpenInput(const PredictionSetup& setup, const SuiteTask& task)
    : setup_(&setup),
      path_(task.in),
      file_(setup.comm, task.in),
      plan_(fft::Plan::create(setup.comm, file_.header().n)) {
  const io::FieldHeader& header = file_.header();
  const auto& card = setup.card;
  cosmology::warn_of_extrapolation(setup.tables, header.box_size_mpch, header.n);
  par::agree(setup.comm, [&] {
    require_massless(header, path_);
    cosmology::require_same(header.cosmology, setup.options.cosmology, path_.string());
    setup.output.require_possible(file_);
    for (const OutputRequest& request : task.requests) {
      const double mass = request.M_nu_eV;
      if (card) require_within_range(*card, header, mass);
      theories_.emplace(
          mass, theories_.empty()
                    ? prior::make_theories(setup.options.cosmology, setup.tables, header, mass)
                    : prior::make_theories(theories_.begin()->second, setup.tables, mass));
    }
    if (card && !file_.has("velocity") &&
        (setup.prior == prior::Kind::rewind || prior::need_velocity(card->features))) {
      throw InputError("the model was trained on boxes with velocities; {} has none",
                       path_.string());
    }
  });
}

io::Attributes OpenInput::recipe(double M_nu_eV) const {
  const PredictorOptions& options = setup_->options;
  const std::size_t mesh = setup_->neutrino_mesh(file_.header().n, M_nu_eV);
  io::FieldHeader input = file_.header();
  input.code_version.clear();
  const std::string header = io::canonical_text(io::attributes_of(input));
  const bool moves = file_.has("velocity");
  io::Attributes attributes{
      {"input_checksum", file_.checksum("displacement")},
      {"input_velocity_checksum", moves ? file_.checksum("velocity") : "none"},
      {"input_header_checksum", checksum_text(checksum_of(std::span<const char>(header)))},
      {"M_nu_eV", M_nu_eV},
      {"requested_prior", prior::name_of(setup_->prior)},
      {"requested_neutrino_mesh", static_cast<std::int64_t>(mesh)},
      {"tables", setup_->tables.digest()}};
  if (!setup_->card) prior::write_attributes(setup_->rewind, attributes);
  if (!options.ics.empty()) {
    attributes["ics_checksum"] = io::FieldFile(setup_->comm, options.ics).checksum("displacement");
  }
  if (setup_->card) attributes["model_checksum"] = setup_->model_checksum;
  if (setup_->network) {
    attributes["precision"] = net::name_of(options.precision);
    attributes["tile"] = static_cast<std::int64_t>(options.tiles.edge);
  }
  return attributes;
}

std::optional<PendingBox> OpenInput::predict(const OutputRequest& request,
                                             const fs::path& next_input,
                                             const std::function<void()>& input_is_read) {
  const io::Attributes attributes = recipe(request.M_nu_eV);
  log::set_phase("predict: look for " + request.out.string());
  if (setup_->output.is_complete_output(setup_->comm, request.out, file_.header().n, attributes)) {
    log::info("{}: complete, skipped", request.out.string());
    return std::nullopt;
  }
  return make(request, attributes, next_input, input_is_read);
}

void OpenInput::read_ahead(const fs::path& path) const {
  try {
    if (path == path_) {
      file_.read_ahead();
    } else {
      io::FieldFile(setup_->comm, path).read_ahead();
    }
  } catch (const Error& error) {
    // An agreed error is reported when the file is read.
    if (!error.agreed()) throw;
  }
}

void OpenInput::share(const field::Box& input, const prior::Theories& theories, bool last,
                      Stages& stages) {
  const PredictionSetup& setup = *setup_;
  const par::SlabLayout& layout = input.displacement.layout();
  const bool needs_channels = setup.network && channels_.empty();
  const bool rewinds = setup.prior == prior::Kind::rewind && input.velocity.has_value();
  // For the last box alone the rewind itself evaluates the force.
  const bool needs_force =
      (needs_channels && prior::need_force(setup.card->features)) || (rewinds && !last);
  if (needs_force && !force_mpch_) {
    stages.enter("force");
    force_mpch_ = std::make_shared<const field::LatticeField>(
        prior::input_force(input.displacement, setup.rewind.mesh_factor));
  }
  if (needs_channels) {
    stages.enter("channels");
    require_channels(setup.comm, setup.card->architecture, setup.card->features.size());
    tiles_ = tiles_of(layout, *setup.card, setup.options.tiles);
    channels_.resize(setup.card->features.size());
    prior::input_channels(
        input, theories.massless, setup.card->features, setup.rewind.mesh_factor,
        {plan_, force_mpch_}, [&](std::size_t channel, std::span<const float> values) {
          channels_[channel] = field::exchange_halo(layout, values, tiles_->slab_halo);
        });
  }
  if (!rewinds) force_mpch_.reset();
}

field::Box OpenInput::apply_prior(field::Box input, const prior::Theories& theories, bool last) {
  const auto& card = setup_->card;
  const prior::Prescription numbers = prior::prescribe(
      card ? card->calibration : prior::Calibration{}, input.header, theories, setup_->rewind);
  const fs::path& ics = setup_->options.ics;
  prior::Shared shared{plan_, last ? std::move(force_mpch_) : force_mpch_};
  field::Box predicted =
      ics.empty() ? prior::apply(setup_->prior, std::move(input), theories, numbers.rewind,
                                 numbers.gain, std::move(shared),
                                 setup_->options.output.velocities ? prior::Velocities::predicted
                                                                   : prior::Velocities::omitted)
                  : prior::apply_zeldovich(std::move(input), field::read_box(setup_->comm, ics),
                                           theories, std::move(shared));
  prior::write_attributes(numbers.rewind, predicted.header.extra);
  return predicted;
}

void OpenInput::apply_network(const prior::Gain& gain, field::Box& predicted) {
  const io::FieldHeader& header = predicted.header;
  const std::size_t force_class = prior::force_class(file_.header());
  const net::Conditioning conditioning =
      net::conditioning_of(header.cosmology.M_nu_eV, header.cosmology.Omega_m, header.cosmology.h,
                           prior::nearest_class(setup_->card->force_classes, force_class));
  if (setup_->card->architecture.residual && conditioning.theta == 0) return;
  std::vector<std::size_t> of_prior;
  prior::prior_channels(predicted.displacement, setup_->card->features,
                        [&](std::size_t channel, std::span<const float> values) {
                          channels_[channel] = field::exchange_halo(predicted.displacement.layout(),
                                                                    values, tiles_->slab_halo);
                          of_prior.push_back(channel);
                        });
  {
    const memory::HeapRetention across_tiles;
    predicted.displacement = predict_displacement(channels_, std::move(predicted.displacement),
                                                  *setup_->network, conditioning, *tiles_);
  }
  for (const std::size_t channel : of_prior) channels_[channel] = {};
  if (gain.k_hmpc.empty()) return;
  field::apply_filter(predicted.displacement, plan_, gain);
}

void OpenInput::measure_seams(const field::LatticeField& input, std::size_t tile,
                              field::Box& predicted) const {
  const stats::SeamMeasure seams =
      stats::measure_seams(stats::added_divergence(predicted.displacement, input), tile);
  predicted.header.extra["seam_tile"] = static_cast<std::int64_t>(tile);
  predicted.header.extra["seam_face_ratio"] = seams.face_ratio;
  predicted.header.extra["seam_power_ratio"] = seams.power_ratio;
  log::info(
      "seams of tiles of {}^3: roughness at faces {:.3f} times that inside, power at their "
      "wavelengths {:.3f} times that at neighbouring ones",
      tile, seams.face_ratio, seams.power_ratio);
}

PendingBox OpenInput::make(const OutputRequest& request, const io::Attributes& recipe,
                           const fs::path& next_input, const std::function<void()>& input_is_read) {
  const PredictionSetup& setup = *setup_;
  const prior::Theories& theories = theories_.at(request.M_nu_eV);
  Stages stages;
  stages.enter("read");
  field::Box input = field::read_box(setup.comm, file_, path_);
  snapshot::warn_of_failed_checks(input, theories.massless, path_.string());
  const bool last = next_input != path_;
  share(input, theories, last, stages);
  const std::size_t seams = setup.seam_tile(input.header.n);
  std::optional<field::LatticeField> input_displacement;
  if (seams > 0) input_displacement = input.displacement;

  // Before the long stages: if the job is killed in them, the previous box is not lost.
  input_is_read();
  stages.enter("prior " + prior::name_of(setup.prior));
  const prior::Gain output_gain =
      setup.card ? prior::prescribe(setup.card->output_calibration, input.header, theories, {}).gain
                 : prior::Gain{};
  field::Box predicted = apply_prior(std::move(input), theories, last);
  if (setup.card) {
    warn_outside_range(*setup.card, predicted.header, request.M_nu_eV);
    predicted.header.extra["model"] = setup.options.model.filename().string();
  }
  if (setup.network) {
    stages.enter("network");
    if (!next_input.empty()) read_ahead(next_input);
    apply_network(output_gain, predicted);
    if (last) channels_.clear();
  }
  if (input_displacement) measure_seams(*input_displacement, seams, predicted);
  std::optional<field::LatticeField> density_nu;
  if (const std::size_t mesh = setup.neutrino_mesh(predicted.header.n, request.M_nu_eV); mesh > 0) {
    stages.enter("neutrinos");
    density_nu = prior::neutrino_density(predicted.displacement, theories.massive,
                                         units::scale_factor(file_.header().redshift), mesh);
    predicted.header.extra[io::density_nu_window] = "none";
  }
  stages.enter("write");
  if (!setup.options.output.velocities) predicted.velocity.reset();
  if (predicted.velocity && request.M_nu_eV > 0) {
    // The network corrects positions only.
    predicted.header.extra["velocity_origin"] = "prior " + prior::name_of(setup.prior);
  }
  for (const auto& [name, value] : recipe) {
    if (name != "M_nu_eV") predicted.header.extra[name] = value;
  }
  io::Publication box =
      setup.output.write(request.out, predicted, density_nu ? &*density_nu : nullptr);
  return {std::move(box), fmt::format("{}: {}", request.out.string(), stages.text())};
}

}  // namespace nubox::predict
