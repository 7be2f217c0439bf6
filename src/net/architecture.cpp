#include "nubox/net/architecture.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/net/model_attributes.hpp"

#include <cmath>
#include <cstdint>

namespace nubox::net {
namespace {

void require_range(const char* what, std::size_t value, std::size_t min, std::size_t max) {
  if (value < min || value > max) {
    throw UsageError("architecture: {} = {} is outside [{}, {}]", what, value, min, max);
  }
}

}  // namespace

Architecture default_architecture(const std::string& name) {
  if (name == "none") return {.name = "none"};
  if (name == "vnet") return {};
  if (name == "d3m" || name == "d3m_inception" || name == "d3m_deep") {
    return {.name = name, .padding = "zero", .channels = 64, .levels = 2, .residual = false};
  }
  throw UsageError("unknown architecture '{}' (none, d3m, d3m_inception, d3m_deep, vnet)", name);
}

void require_valid(const Architecture& a) {
  (void)default_architecture(a.name);
  if (a.padding != "zero" && a.padding != "periodic" && a.padding != "halo") {
    throw UsageError("unknown padding '{}' (zero, periodic, halo)", a.padding);
  }
  if (a.name == "vnet" && a.padding != "halo") {
    throw UsageError("vnet has valid convolutions: padding '{}' is for d3m, use halo", a.padding);
  }
  require_range("input_channels", a.input_channels, 3, 64);
  require_range("channels", a.channels, 1, 1024);
  if (a.name == "d3m_inception" && a.channels % 4 != 0) {
    throw UsageError("d3m_inception: channels = {} must be a multiple of 4, the number of branches",
                     a.channels);
  }
  require_range("levels", a.levels, 1, 5);
}

void write_attributes(const Architecture& a, io::Attributes& attributes) {
  attributes["architecture"] = a.name;
  attributes["padding"] = a.padding;
  attributes["input_channels"] = static_cast<std::int64_t>(a.input_channels);
  attributes["channels"] = static_cast<std::int64_t>(a.channels);
  attributes["levels"] = static_cast<std::int64_t>(a.levels);
  attributes["residual"] = static_cast<std::int64_t>(a.residual);
}

Architecture read_architecture(const io::Attributes& attributes) {
  const Architecture a{.name = attribute<std::string>(attributes, "architecture"),
                       .padding = attribute<std::string>(attributes, "padding"),
                       .input_channels = attribute<std::size_t>(attributes, "input_channels"),
                       .channels = attribute<std::size_t>(attributes, "channels"),
                       .levels = attribute<std::size_t>(attributes, "levels"),
                       .residual = attribute<std::size_t>(attributes, "residual") != 0};
  try {
    require_valid(a);
  } catch (const UsageError& error) {  // here the file is at fault, not the user's options
    throw InputError("{}", error.what());
  }
  return a;
}

Conditioning conditioning_of(double M_nu_eV, double Omega_m, double h, std::size_t force_class) {
  const auto f_nu = [](double mass_eV, double matter, double hubble) {
    return mass_eV / (units::neutrino_eV_per_Omega_h2 * hubble * hubble * matter);
  };
  return {.theta = f_nu(M_nu_eV, Omega_m, h) / f_nu(0.15, 0.3175, 0.6711),
          .force = force_class == 0 ? 0 : std::log2(static_cast<double>(force_class) / 2)};
}

}  // namespace nubox::net
