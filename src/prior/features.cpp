#include "nubox/prior/features.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/sim/pm_force.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

namespace nubox::prior {
namespace {

const std::string raw_displacement = "prior_displacement";
const std::string displacement = "local_prior_displacement";
const std::string velocity = "local_residual_velocity";
const std::string acceleration = "local_residual_acceleration";

std::vector<std::string> components_of(const std::vector<std::string>& vectors) {
  std::vector<std::string> names;
  for (const std::string& vector : vectors) {
    for (const char* axis : {"_x", "_y", "_z"}) names.push_back(vector + axis);
  }
  return names;
}

struct Channel {
  std::string vector;
  std::size_t axis;
};

/// @throws InputError for a name that is not a component of a known vector
Channel channel_of(const std::string& name) {
  for (const std::string& vector : {raw_displacement, displacement, velocity, acceleration}) {
    const auto known = components_of({vector});
    const auto found = std::ranges::find(known, name);
    if (found != known.end()) return {vector, static_cast<std::size_t>(found - known.begin())};
  }
  throw InputError("no input channel of a network is called '{}'", name);
}

/// Removes the Gaussian-smoothed field, including k = 0.
void remove_bulk_flow(field::LatticeField& field, const std::shared_ptr<const fft::Plan>& plan) {
  field::LatticeField bulk = field;
  field::apply_filter(bulk, plan, [](double k) {
    const double kr = k * bulk_flow_radius_mpch;
    return std::exp(-kr * kr / 2);
  });
  std::ranges::transform(field.values(), bulk.values(), field.values().begin(), std::minus<>());
}

/// u / f minus the displacement.
field::LatticeField residual_velocity(const field::Box& input,
                                      const cosmology::LinearTheory& massless) {
  field::LatticeField residual = input.displacement;
  const double a = units::scale_factor(input.header.redshift);
  // The massless growth rate does not depend on k: u / f = v / (100 a E f).
  const double k_any = 1;
  const double per_kms =
      1 / (units::hubble_kms_per_mpch * a * massless.background().E(a) * massless.f1(k_any, a));
  std::ranges::transform(input.velocity->values(), residual.values(), residual.values().begin(),
                         [&](float v, float psi) { return static_cast<float>(per_kms * v - psi); });
  return residual;
}

/// Force with the source of the massless cosmology, S = 1, minus the displacement.
field::LatticeField residual_acceleration(const field::Box& input, std::size_t mesh_factor) {
  field::LatticeField residual = input.displacement;
  sim::PmForce force(residual.comm(), mesh_factor * residual.n(), residual.box_size_mpch());
  force.evaluate(
      input.displacement, [](double) { return 1.0; },
      [&](std::size_t axis, std::size_t first, std::span<const float> force_mpch) {
        const auto piece = residual.component(axis).subspan(first, force_mpch.size());
        std::ranges::transform(force_mpch, piece, piece.begin(), std::minus<>());
      });
  return residual;
}

}  // namespace

std::vector<std::string> displacement_feature_names() { return components_of({raw_displacement}); }

std::vector<std::string> local_feature_names(bool has_velocity) {
  return has_velocity ? components_of({displacement, velocity, acceleration})
                      : components_of({displacement, acceleration});
}

bool need_velocity(const std::vector<std::string>& names) {
  return std::ranges::any_of(names,
                             [](const std::string& name) { return name.starts_with(velocity); });
}

Features::Features(const field::Box& input, const cosmology::LinearTheory& massless,
                   std::vector<std::string> names, std::size_t mesh_factor,
                   std::shared_ptr<const fft::Plan> plan)
    : names_(std::move(names)),
      plan_(plan ? std::move(plan) : fft::Plan::create(input.displacement.comm(), input.header.n)) {
  const std::set<std::string> vectors = par::agree(input.displacement.comm(), [&] {
    std::set<std::string> wanted;
    for (const std::string& name : names_) wanted.insert(channel_of(name).vector);
    if (need_velocity(names_) && !input.velocity) {
      throw InputError("the network needs the channels '{}', but the box has no velocities",
                       velocity);
    }
    return wanted;
  });
  if (vectors.contains(velocity)) of_input_.emplace(velocity, residual_velocity(input, massless));
  if (vectors.contains(acceleration)) {
    of_input_.emplace(acceleration, residual_acceleration(input, mesh_factor));
  }
  for (auto& [name, field] : of_input_) remove_bulk_flow(field, plan_);
}

field::LatticeField Features::over(const field::Box& prior) const {
  const field::LatticeField& raw = prior.displacement;
  std::vector<Channel> channels;
  for (const std::string& name : names_) channels.push_back(channel_of(name));
  const bool local = std::ranges::any_of(
      channels, [](const Channel& channel) { return channel.vector == displacement; });
  field::LatticeField prior_local = raw;
  if (local) remove_bulk_flow(prior_local, plan_);

  field::LatticeField all(raw.layout(), channels.size(), raw.box_size_mpch());
  for (std::size_t c = 0; c < channels.size(); ++c) {
    const auto& [vector, axis] = channels[c];
    const field::LatticeField& source = vector == raw_displacement ? raw
                                        : vector == displacement   ? prior_local
                                                                   : of_input_.at(vector);
    std::ranges::copy(source.component(axis), all.component(c).begin());
  }
  return all;
}

}  // namespace nubox::prior
