#include "nubox/net/conditioning.hpp"

#include "nubox/core/error.hpp"
#include "nubox/cosmology/background.hpp"
#include "nubox/prior/calibration.hpp"
#include "nubox/prior/rewind_options.hpp"

#include <cmath>

namespace nubox::net {
namespace {

constexpr const char* pair_forces = "force_of_unknown_class";
constexpr const char* training_amplitude = "training_amplitude";
constexpr const char* same_amplitude = "same A_s";

double theta_of(const cosmology::Parameters& p) {
  const double f_nu = cosmology::neutrino_omega(p.M_nu_eV, p.h) / p.Omega_m;
  const double paper_f_nu = cosmology::neutrino_omega(0.15, 0.6711) / 0.3175;
  return f_nu / paper_f_nu;
}

double force_of(const ModelCard& card, std::size_t force_class) {
  const std::size_t known = prior::nearest_class(card.force_classes, force_class);
  if (known == 0) return io::find<double>(card.extra, pair_forces).value_or(0);
  return std::log2(static_cast<double>(known) / 2);
}

}  // namespace

void describe_pair_forces(ModelCard& card) {
  card.extra[pair_forces] = std::log2(static_cast<double>(prior::class_of_pair_forces) / 2);
}

void describe_amplitudes(bool same_A_s, ModelCard& card) {
  card.extra[training_amplitude] = same_A_s ? same_amplitude : "own A_s";
}

bool trained_at_same_A_s(const ModelCard& card) {
  // Version 0.1 knew no other pairs.
  return io::find<std::string>(card.extra, training_amplitude).value_or(same_amplitude) ==
         same_amplitude;
}

Conditioning conditioning_of(const ModelCard& card, const prior::Theories& theories,
                             std::size_t force_class) {
  const cosmology::Parameters& massive = theories.massive.parameters();
  Conditioning result{.theta = theta_of(massive), .force = force_of(card, force_class)};
  const bool same_A_s = trained_at_same_A_s(card);
  if (massive.M_nu_eV == 0) return result;
  if (same_A_s && !theories.have_same_amplitude()) {
    const double k_hmpc = prior::read_rewind_options(card.extra).epoch_k_hmpc;
    result.theta *= prior::relative_effect(theories, k_hmpc);
  }
  if (!same_A_s && theories.have_same_amplitude()) {
    throw InputError(
        "the boxes of each pair on which the model was trained differ in A_s, and the box to "
        "predict "
        "would have that of its input: give predict.match = sigma8 or sigma8_cb, or predict.A_s");
  }
  return result;
}

}  // namespace nubox::net
