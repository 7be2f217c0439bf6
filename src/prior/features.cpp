#include "nubox/prior/features.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/fft/low_pass.hpp"
#include "nubox/par/agree.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <memory>

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
class BulkFlow {
 public:
  explicit BulkFlow(const field::LatticeField& field)
      : smooth_(field.layout(), field.box_size_mpch(), reach / bulk_flow_radius_mpch, [](double k) {
          const double kr = k * bulk_flow_radius_mpch;
          return std::exp(-kr * kr / 2);
        }) {}
  void remove_from(std::span<float> values) const { smooth_.subtract_from(values); }

 private:
  /// kR beyond which the filter is below the rounding of a float, 2^-24 / 2.
  static constexpr double reach = 5.9;
  fft::LowPass smooth_;
};

/// u / f minus the displacement, along an axis.
void residual_velocity(const field::Box& input, const cosmology::LinearTheory& massless,
                       std::size_t axis, std::span<float> residual) {
  const double a = units::scale_factor(input.header.redshift);
  // The massless growth rate does not depend on k: u / f = v / (100 a E f).
  const double k_any = 1;
  const double per_kms =
      1 / (units::hubble_kms_per_mpch * a * massless.background().E(a) * massless.f1(k_any, a));
  std::ranges::transform(input.velocity->component(axis), input.displacement.component(axis),
                         residual.begin(),
                         [&](float v, float psi) { return static_cast<float>(per_kms * v - psi); });
}

std::vector<Channel> channels_of(const std::vector<std::string>& names) {
  std::vector<Channel> channels;
  for (const std::string& name : names) channels.push_back(channel_of(name));
  return channels;
}

bool of_prior(const Channel& channel) {
  return channel.vector == raw_displacement || channel.vector == displacement;
}

bool any_starts_with(const std::vector<std::string>& names, const std::string& vector) {
  return std::ranges::any_of(names,
                             [&](const std::string& name) { return name.starts_with(vector); });
}

}  // namespace

std::vector<std::string> displacement_feature_names() { return components_of({raw_displacement}); }

std::vector<std::string> local_feature_names(bool has_velocity) {
  return has_velocity ? components_of({displacement, velocity, acceleration})
                      : components_of({displacement, acceleration});
}

bool is_residual_velocity(const std::string& name) { return name.starts_with(velocity); }

bool need_velocity(const std::vector<std::string>& names) {
  return any_starts_with(names, velocity);
}

bool need_force(const std::vector<std::string>& names) {
  return any_starts_with(names, acceleration);
}

void input_channels(const field::Box& input, const cosmology::LinearTheory& massless,
                    const std::vector<std::string>& names, std::size_t mesh_factor,
                    const Shared& shared, const UseChannel& use) {
  const field::LatticeField& psi = input.displacement;
  const std::vector<Channel> channels = par::agree(psi.comm(), [&] {
    if (need_velocity(names) && !input.velocity) {
      throw InputError("the network needs the channels '{}', but the box has no velocities",
                       velocity);
    }
    return channels_of(names);
  });
  std::shared_ptr<const field::LatticeField> force = shared.force_mpch;
  if (!force && need_force(names)) {
    force = std::make_shared<const field::LatticeField>(input_force(psi, mesh_factor));
  }
  const BulkFlow bulk_flow(psi);
  std::vector<float> residual(psi.local_sites());
  for (std::size_t c = 0; c < channels.size(); ++c) {
    if (of_prior(channels[c])) continue;
    const std::size_t axis = channels[c].axis;
    if (channels[c].vector == velocity) {
      residual_velocity(input, massless, axis, residual);
    } else {
      std::ranges::transform(force->component(axis), psi.component(axis), residual.begin(),
                             std::minus<>());
    }
    bulk_flow.remove_from(residual);
    use(c, residual);
  }
}

void prior_channels(const field::LatticeField& displacement_mpch,
                    const std::vector<std::string>& names, const UseChannel& use) {
  const BulkFlow bulk_flow(displacement_mpch);
  std::vector<float> local;
  const std::vector<Channel> channels = channels_of(names);
  for (std::size_t c = 0; c < channels.size(); ++c) {
    const std::span<const float> raw = displacement_mpch.component(channels[c].axis);
    if (channels[c].vector == raw_displacement) use(c, raw);
    if (channels[c].vector != displacement) continue;
    local.assign(raw.begin(), raw.end());
    bulk_flow.remove_from(local);
    use(c, local);
  }
}

Features::Features(const field::Box& input, const cosmology::LinearTheory& massless,
                   std::vector<std::string> names, std::size_t mesh_factor, const Shared& shared)
    : names_(std::move(names)) {
  ResidualVelocity residual_velocity;
  input_channels(input, massless, names_, mesh_factor, shared,
                 [&](std::size_t channel, std::span<const float> values) {
                   of_input_[channel].assign(values.begin(), values.end());
                   residual_velocity.add(names_[channel], values);
                 });
  residual_velocity_square_ = residual_velocity.mean_square(input.displacement.comm());
}

void ResidualVelocity::add(const std::string& name, std::span<const float> values) {
  if (!is_residual_velocity(name)) return;
  for (const float value : values) sum_ += static_cast<double>(value) * value;
  count_ += values.size();
}

std::optional<double> ResidualVelocity::mean_square(const par::Comm& comm) const {
  std::array<double, 2> total{sum_, static_cast<double>(count_)};
  comm.all_reduce(std::span<double>(total));
  if (total[1] == 0) return std::nullopt;
  return total[0] / total[1];
}

field::LatticeField Features::over(const field::Box& prior) const {
  const field::LatticeField& displacement_mpch = prior.displacement;
  field::LatticeField all(displacement_mpch.layout(), names_.size(),
                          displacement_mpch.box_size_mpch());
  for (const auto& [channel, values] : of_input_) {
    std::ranges::copy(values, all.component(channel).begin());
  }
  prior_channels(displacement_mpch, names_, [&](std::size_t channel, std::span<const float> v) {
    std::ranges::copy(v, all.component(channel).begin());
  });
  return all;
}

}  // namespace nubox::prior
