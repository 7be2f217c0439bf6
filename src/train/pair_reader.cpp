#include "nubox/train/pair_reader.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/net/conditioning.hpp"
#include "nubox/net/evaluator.hpp"
#include "nubox/net/torch/emulator.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/snapshot/self_checks.hpp"
#include "nubox/train/output_calibration.hpp"
#include "nubox/train/prior_calibration.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::train {

namespace fs = std::filesystem;

namespace {

/// Appends a value that is not in the list.
template <class T>
void add_once(T value, std::vector<T>& list) {
  if (std::ranges::find(list, value) == list.end()) list.push_back(value);
}

/// Requires equal phases, one box without and one with neutrino mass.
void require_twins(const io::FieldHeader& massless, const io::FieldHeader& massive,
                   const fs::path& path) {
  if (massless.cosmology.M_nu_eV != 0 || massive.cosmology.M_nu_eV <= 0) {
    throw InputError(
        "{} has M_nu = {} eV, mnu-0.000.h5 beside it {} eV: the first must be massive, the second "
        "massless",
        path.string(), massive.cosmology.M_nu_eV, massless.cosmology.M_nu_eV);
  }
  if (massless.seed != massive.seed) {
    throw InputError("{} has seed {}, its massless box {}: a pair must have the same phases",
                     path.string(), massive.seed, massless.seed);
  }
  for (const char* name : {"noise", "fixed_amplitude", "phase_flip"}) {
    const auto a = massless.extra.find(name), b = massive.extra.find(name);
    if (a != massless.extra.end() && b != massive.extra.end() && a->second != b->second) {
      throw InputError("{} and its massless box differ in '{}': a pair must have the same phases",
                       path.string(), name);
    }
  }
}

}  // namespace

PairReader::PairReader(const par::Comm& world, PairOptions options, net::ModelCard& card)
    : world_(world),
      parameters_(options.parameters),
      tables_(std::move(options.tables)),
      kind_(options.prior),
      rewind_(options.rewind),
      card_(card) {
  if (!options.cache.empty()) par::agree(world, [&] { cache_.emplace(options.cache); });
  card_.prior = kind_;
  write_attributes(rewind_, card_.extra);
  net::describe_pair_forces(card_);
}

void PairReader::check(const Realisation& realisation) {
  const io::FieldFile input(world_, realisation.massless);
  const io::FieldHeader massless = input.header();
  check_input(massless, realisation.massless);
  choose_inputs(input.has("velocity"), realisation.massless);
  add_once(prior::force_class(massless), card_.force_classes);
  for (const fs::path& path : realisation.massive) {
    const io::FieldHeader massive = io::FieldFile(world_, path).header();
    check_target(massless, realisation.massless, massive, path);
    check_amplitudes(massless, massive, path);
    add_once(massive.cosmology.M_nu_eV, card_.masses_eV);
  }
}

void PairReader::calibrate_prior(const std::vector<Realisation>& training) {
  if (!can_be_calibrated(kind_)) return;
  card_.calibration = train::calibrate_prior(world_, kind_, rewind_, twin_groups(world_, training),
                                             parameters_, tables_);
}

void PairReader::calibrate_model(const fs::path& path, const std::vector<Realisation>& training) {
  net::Model model = net::load_model(world_, path);
  const auto read_pair = [&](const Twins& files) {
    std::vector<TrainingPair> pairs;
    read({files.massive.string(), files.massless, {files.massive}}, false, pairs);
    return std::move(pairs.front());
  };
  model.card.output_calibration =
      calibrate_output(world_, net::Evaluator(world_, path), twin_groups(world_, training),
                       parameters_, tables_, read_pair);
  net::save_model(world_, path, model.card, *model.network);
}

void PairReader::read(const Realisation& realisation, bool validation,
                      std::vector<TrainingPair>& pairs) {
  const field::Box input = field::read_box(world_, realisation.massless);
  const prior::Features features = features_of(input);
  warn_of_failed_checks(input, realisation.massless);
  for (const fs::path& path : realisation.massive) {
    log::beat();
    field::Box target = field::read_box(world_, path);
    check_target(input.header, realisation.massless, target.header, path);
    warn_of_failed_checks(target, path);
    add(input, features, target, fmt::format("{}/{}", realisation.name, path.stem().string()),
        validation, pairs);
  }
}

void PairReader::check_input(const io::FieldHeader& massless, const fs::path& path) {
  par::agree(world_, [&] {
    cosmology::require_same(massless.cosmology, parameters_, path.string());
    if (card_.data.n == 0) card_.data = massless;
    io::require_same_box(card_.data, "the first pair", massless, path.string());
  });
}

void PairReader::check_target(const io::FieldHeader& massless, const fs::path& massless_path,
                              const io::FieldHeader& massive, const fs::path& path) {
  par::agree(world_, [&] {
    io::FieldHeader twin = massive;
    twin.cosmology.A_s = massless.cosmology.A_s;  // twins of equal sigma8 differ in it
    io::require_same_box(massless, massless_path.string(), twin, path.string());
    require_twins(massless, massive, path);
  });
}

void PairReader::check_amplitudes(const io::FieldHeader& massless, const io::FieldHeader& massive,
                                  const fs::path& path) {
  const bool same = !cosmology::differ(massless.cosmology.A_s, massive.cosmology.A_s);
  const bool first = card_.masses_eV.empty();
  par::agree(world_, [&] {
    if (!first && same != same_A_s_) {
      throw InputError(
          "{} {} A_s with its massless box, unlike the pairs before it: train one model for each "
          "convention",
          path.string(), same ? "shares" : "does not share");
    }
  });
  same_A_s_ = same;
  net::describe_amplitudes(same, card_);
}

void PairReader::choose_inputs(bool has_velocity, const fs::path& path) {
  if (card_.features.empty()) {
    if (kind_ == prior::Kind::rewind && !has_velocity) {
      log::warn("the boxes have no velocities: the linear filter replaces the rewind");
      kind_ = prior::Kind::linear;
      card_.prior = kind_;
    }
    if (card_.architecture.has_network()) {
      card_.features = card_.architecture.residual ? prior::local_feature_names(has_velocity)
                                                   : prior::displacement_feature_names();
      card_.architecture.input_channels = card_.features.size();
    }
  }
  par::agree(world_, [&] {
    if (kind_ == prior::Kind::rewind && !has_velocity) {
      throw InputError("{} has no velocities, but the boxes before it have", path.string());
    }
  });
}

void PairReader::warn_of_failed_checks(const field::Box& box, const fs::path& path) {
  if (!snapshot::is_foreign(box.header)) return;
  const double mass = box.header.cosmology.M_nu_eV;
  // A_s of the configuration is that of massless boxes.
  io::FieldHeader massless = box.header;
  massless.cosmology.A_s = parameters_.A_s;
  const prior::Theories theories = par::agree(
      world_, [&] { return prior::make_theories(parameters_, tables_, massless, box.header); });
  snapshot::warn_of_failed_checks(box, mass > 0 ? theories.massive : theories.massless,
                                  path.string());
}

prior::Features PairReader::features_of(const field::Box& input) {
  const prior::Theories theories = par::agree(
      world_, [&] { return prior::make_theories(parameters_, tables_, input.header, 0); });
  return {input, theories.massless, card_.features, rewind_.mesh_factor};
}

void PairReader::add(const field::Box& input, const prior::Features& features, field::Box& target,
                     const std::string& name, bool validation, std::vector<TrainingPair>& pairs) {
  const double mass = target.header.cosmology.M_nu_eV;
  const prior::Theories theories = par::agree(world_, [&] {
    return prior::make_theories(parameters_, tables_, input.header, target.header);
  });
  const prior::Prescription numbers =
      prior::prescribe(card_.calibration, prior::force_class(input.header), theories, rewind_);
  field::Box prior = prior::apply(kind_, input, theories, numbers.rewind, numbers.gain, {},
                                  prior::Velocities::omitted);
  add_once(mass, card_.masses_eV);
  note_residual_velocity(input.header, features);
  pairs.push_back({name, kept(features.over(prior)), kept(std::move(prior.displacement)),
                   kept(std::move(target.displacement)),
                   net::conditioning_of(card_, theories, prior::force_class(input.header)),
                   validation});
}

void PairReader::note_residual_velocity(const io::FieldHeader& input,
                                        const prior::Features& features) {
  const std::optional<double> square = features.residual_velocity_square();
  if (!square) return;
  auto& [sum, count] = residual_velocities_[prior::force_class(input)];
  sum += *square;
  ++count;
  card_.force_class_velocity_mpch.clear();
  for (const std::size_t of_class : card_.force_classes) {
    const auto found = residual_velocities_.find(of_class);
    if (found == residual_velocities_.end()) continue;
    card_.force_class_velocity_mpch.push_back(
        std::sqrt(found->second.first / static_cast<double>(found->second.second)));
  }
}

field::LatticeField PairReader::kept(field::LatticeField field) {
  if (!cache_) return field;
  return par::agree(world_, [&] { return field::LatticeField(field, *cache_); });
}

}  // namespace nubox::train
