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
#include "nubox/net/conditioning.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/predict/predict.hpp"
#include "nubox/predict/training_range.hpp"
#include "nubox/prior/neutrino_density.hpp"
#include "nubox/prior/theories.hpp"
#include "nubox/stats/seams.hpp"

#include <cmath>
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

/// Writes A_s and sigma8 of both boxes into the header of the predicted one, and logs them.
void describe_amplitudes(const cosmology::LinearTables& tables, const prior::Theories& theories,
                         io::FieldHeader& header) {
  const cosmology::Parameters &massless = theories.massless.parameters(),
                              &massive = theories.massive.parameters();
  const cosmology::Sigma8 before = cosmology::sigma8_today(massless, tables),
                          after = cosmology::sigma8_today(massive, tables);
  header.extra["sigma8"] = after.total;
  header.extra["sigma8_cb"] = after.cb;
  header.extra["massless_A_s"] = massless.A_s;
  header.extra["massless_sigma8"] = before.total;
  log::info(
      "amplitudes: A_s = {:.4g}, sigma8 = {:.4f} massless; {:.4g}, {:.4f} (cb {:.4f}) with {} eV",
      massless.A_s, before.total, massive.A_s, after.total, after.cb, massive.M_nu_eV);
}

}  // namespace

OpenInput::OpenInput(const PredictionSetup& setup, const SuiteTask& task)
    : setup_(&setup),
      input_(setup, task.in),
      plan_(fft::Plan::create(setup.comm, input_.header().n)) {
  const io::FieldHeader& header = input_.header();
  const auto& card = setup.card;
  cosmology::warn_of_extrapolation(setup.tables, header.box_size_mpch, header.n);
  par::agree(setup.comm, [&] {
    require_massless(header, task.in);
    cosmology::require_same(header.cosmology, setup.options.cosmology, task.in.string());
    setup.output.require_possible(input_.has_velocity());
    for (const OutputRequest& request : task.requests) {
      const double mass = request.M_nu_eV;
      if (card) require_within_range(*card, header, mass);
      theories_.emplace(mass, theories_of(mass));
      if (setup.network) (void)net::conditioning_of(*card, theories_.at(mass), 0);
    }
    if (card && !input_.has_velocity() &&
        (setup.prior == prior::Kind::rewind || prior::need_velocity(card->features))) {
      throw InputError("the model was trained on boxes with velocities; {} has none",
                       task.in.string());
    }
  });
}

prior::Theories OpenInput::theories_of(double M_nu_eV) const {
  const PredictorOptions& options = setup_->options;
  const prior::Theories of_input =
      theories_.empty()
          ? prior::make_theories(options.cosmology, setup_->tables, input_.header(), 0)
          : theories_.begin()->second;
  cosmology::Parameters massive = cosmology::twin_parameters(
      of_input.massless.parameters(), setup_->tables, M_nu_eV, options.match);
  if (options.A_s) massive.A_s = *options.A_s;
  return prior::make_theories(of_input, setup_->tables, massive);
}

std::size_t OpenInput::force_class() const {
  if (!setup_->card) return prior::force_class(input_.header());
  return force_class_of(*setup_->card, input_.header(), residual_velocity_mpch_);
}

void OpenInput::log_force_class() const {
  const std::size_t found = force_class();
  log::info("residual velocities of {:.2f} Mpc/h: forces {} are taken", *residual_velocity_mpch_,
            found == 0 ? "resolved by pairs" : fmt::format("of a mesh of {}N", found));
}

void OpenInput::describe_training_range(io::FieldHeader& predicted) const {
  const std::vector<std::string> outside = outside_training_range(
      *setup_->card, input_.header(), predicted, force_class(), residual_velocity_mpch_);
  std::string text;
  for (const std::string& phrase : outside) {
    log::warn_together("outside the range of the training: {}", phrase);
    text += (text.empty() ? "" : "; ") + phrase;
  }
  predicted.extra["within_training_range"] = static_cast<std::int64_t>(outside.empty());
  if (!outside.empty()) predicted.extra["outside_training_range"] = text;
}

io::Attributes OpenInput::recipe(double M_nu_eV) const {
  const PredictorOptions& options = setup_->options;
  const std::size_t mesh = setup_->neutrino_mesh(input_.header().n, M_nu_eV);
  io::FieldHeader input = input_.header();
  input.code_version.clear();
  const std::string header = io::canonical_text(io::attributes_of(input));
  io::Attributes attributes = input_.identity();
  attributes.insert(
      {{"input_header_checksum", checksum_text(checksum_of(std::span<const char>(header)))},
       {"M_nu_eV", M_nu_eV},
       {"requested_prior", prior::name_of(setup_->prior)},
       {"requested_neutrino_mesh", static_cast<std::int64_t>(mesh)},
       {"tables", setup_->tables.digest()}});
  const prior::Theories& theories = theories_.at(M_nu_eV);
  if (!theories.have_same_amplitude()) attributes["A_s_ratio"] = theories.A_s_ratio();
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
  if (setup_->output.is_complete_output(setup_->comm, request.out, input_.header().n, attributes)) {
    log::info("{}: complete, skipped", request.out.string());
    return std::nullopt;
  }
  return make(request, attributes, next_input, input_is_read);
}

void OpenInput::read_ahead(const fs::path& path) const {
  if (path == input_.path()) {
    input_.read_ahead();
  } else {
    InputBox::read_ahead(setup_->comm, path);
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
    prior::ResidualVelocity residual_velocity;
    prior::input_channels(
        input, theories.massless, setup.card->features, setup.rewind.mesh_factor,
        {plan_, force_mpch_}, [&](std::size_t channel, std::span<const float> values) {
          channels_[channel] = field::exchange_halo(layout, values, tiles_->slab_halo);
          residual_velocity.add(setup.card->features[channel], values);
        });
    if (const auto square = residual_velocity.mean_square(setup.comm)) {
      residual_velocity_mpch_ = std::sqrt(*square);
      log_force_class();
    }
  }
  if (!rewinds) force_mpch_.reset();
}

field::Box OpenInput::apply_prior(field::Box input, const prior::Theories& theories, bool last) {
  const auto& card = setup_->card;
  const prior::Prescription numbers = prior::prescribe(
      card ? card->calibration : prior::Calibration{}, force_class(), theories, setup_->rewind);
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

void OpenInput::apply_network(const prior::Theories& theories, const prior::Gain& gain,
                              field::Box& predicted) {
  const net::Conditioning conditioning =
      net::conditioning_of(*setup_->card, theories, force_class());
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
  const bool last = next_input != input_.path();
  field::Box input = input_.read(theories.massless, last);
  share(input, theories, last, stages);
  const std::size_t seams = setup.seam_tile(input.header.n);
  std::optional<field::LatticeField> input_displacement;
  if (seams > 0) input_displacement = input.displacement;

  // Before the long stages: if the job is killed in them, the previous box is not lost.
  input_is_read();
  stages.enter("prior " + prior::name_of(setup.prior));
  const prior::Gain output_gain =
      setup.card
          ? prior::prescribe(setup.card->output_calibration, force_class(), theories, setup.rewind)
                .gain
          : prior::Gain{};
  field::Box predicted = apply_prior(std::move(input), theories, last);
  if (setup.card) {
    describe_training_range(predicted.header);
    predicted.header.extra["model"] = setup.options.model.filename().string();
  }
  if (setup.network) {
    stages.enter("network");
    if (!next_input.empty()) read_ahead(next_input);
    apply_network(theories, output_gain, predicted);
    if (last) channels_.clear();
  }
  if (input_displacement) measure_seams(*input_displacement, seams, predicted);
  std::optional<field::LatticeField> density_nu;
  if (const std::size_t mesh = setup.neutrino_mesh(predicted.header.n, request.M_nu_eV); mesh > 0) {
    stages.enter("neutrinos");
    density_nu = prior::neutrino_density(predicted.displacement, theories.massive,
                                         units::scale_factor(input_.header().redshift), mesh);
    predicted.header.extra[io::density_nu_window] = "none";
  }
  stages.enter("write");
  describe_amplitudes(setup.tables, theories, predicted.header);
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
