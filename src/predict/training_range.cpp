#include "nubox/predict/training_range.hpp"

#include "nubox/core/error.hpp"
#include "nubox/net/conditioning.hpp"
#include "nubox/prior/calibration.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::predict {
namespace {

/// Largest |ln| of the residual velocities over those of the training. Boxes of 125 Mpc/h scatter
/// by 0.15.
constexpr double largest_velocity_ratio = 0.25;

/// Residual velocities of a force class in the training; none if the model does not know them.
std::optional<double> velocity_of_class(const net::ModelCard& card, std::size_t force_class) {
  const auto found = std::ranges::find(card.force_classes, force_class);
  if (found == card.force_classes.end() || card.force_class_velocity_mpch.empty()) {
    return std::nullopt;
  }
  return card
      .force_class_velocity_mpch[static_cast<std::size_t>(found - card.force_classes.begin())];
}

}  // namespace

std::size_t force_class_of(const net::ModelCard& card, const io::FieldHeader& input,
                           std::optional<double> residual_velocity_mpch) {
  const std::size_t stated = prior::force_class(input);
  const bool names_pair_forces = input.extra.contains("force");
  if (stated != 0 || names_pair_forces || !residual_velocity_mpch ||
      card.force_class_velocity_mpch.empty()) {
    return stated;
  }
  return *std::ranges::min_element(card.force_classes, {}, [&](std::size_t of_class) {
    return std::abs(std::log(*velocity_of_class(card, of_class) / *residual_velocity_mpch));
  });
}

std::vector<std::string> outside_training_range(const net::ModelCard& card,
                                                const io::FieldHeader& input,
                                                const io::FieldHeader& predicted,
                                                std::size_t force_class,
                                                std::optional<double> residual_velocity_mpch) {
  std::vector<std::string> outside;
  const auto [low, high] = std::ranges::minmax(card.masses_eV);
  const double mass = predicted.cosmology.M_nu_eV;
  if (mass > high * (1 + 1e-6)) {
    outside.push_back(fmt::format("M_nu = {} eV (trained on {} to {} eV)", mass, low, high));
  }
  if (std::abs(input.redshift - card.data.redshift) > 1e-3) {
    outside.push_back(
        fmt::format("redshift {} (trained at {})", input.redshift, card.data.redshift));
  }
  for (const auto& [name, member] : cosmology::parameter_fields) {
    const double here = input.cosmology.*member, there = card.data.cosmology.*member;
    if (member != &cosmology::Parameters::M_nu_eV && cosmology::differ(here, there)) {
      outside.push_back(fmt::format("{} = {} (trained at {})", name, here, there));
    }
  }
  const double A_s = predicted.cosmology.A_s;
  if (net::trained_at_same_A_s(card) && cosmology::differ(A_s, input.cosmology.A_s)) {
    outside.push_back(fmt::format("A_s = {} beside {} of the input (trained at the same A_s)", A_s,
                                  input.cosmology.A_s));
  }
  const auto trained =
      velocity_of_class(card, prior::nearest_class(card.force_classes, force_class));
  if (trained && residual_velocity_mpch &&
      std::abs(std::log(*residual_velocity_mpch / *trained)) > largest_velocity_ratio) {
    outside.push_back(fmt::format("residual velocities of {:.2f} Mpc/h (trained on {:.2f})",
                                  *residual_velocity_mpch, *trained));
  }
  return outside;
}

}  // namespace nubox::predict
