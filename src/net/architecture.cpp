#include "nubox/net/architecture.hpp"

#include "nubox/core/enum_names.hpp"
#include "nubox/core/error.hpp"
#include "nubox/cosmology/neutrino_omega.hpp"
#include "nubox/net/model_attributes.hpp"

#include <cmath>
#include <cstdint>

namespace nubox::net {
namespace {

constexpr EnumNames<NetworkKind, 5> kind_names{{{NetworkKind::none, "none"},
                                                {NetworkKind::d3m, "d3m"},
                                                {NetworkKind::d3m_inception, "d3m_inception"},
                                                {NetworkKind::d3m_deep, "d3m_deep"},
                                                {NetworkKind::vnet, "vnet"}}};
constexpr EnumNames<Padding, 3> padding_names{
    {{Padding::zero, "zero"}, {Padding::periodic, "periodic"}, {Padding::halo, "halo"}}};

void require_range(const char* what, std::size_t value, std::size_t min, std::size_t max) {
  if (value < min || value > max) {
    throw UsageError("architecture: {} = {} is outside [{}, {}]", what, value, min, max);
  }
}

}  // namespace

std::string name_of(NetworkKind kind) { return name_in(kind_names, kind); }
std::string name_of(Padding padding) { return name_in(padding_names, padding); }

NetworkKind network_kind_from(const std::string& name) {
  return value_in(kind_names, name, "architecture");
}

Padding padding_from(const std::string& name) { return value_in(padding_names, name, "padding"); }

Architecture default_architecture(NetworkKind kind) {
  if (kind == NetworkKind::none || kind == NetworkKind::vnet) return {.kind = kind};
  return {.kind = kind, .padding = Padding::zero, .channels = 64, .levels = 2, .residual = false};
}

void require_valid(const Architecture& a) {
  if (a.kind == NetworkKind::vnet && a.pads_tile_faces()) {
    throw UsageError("vnet has valid convolutions: padding '{}' is for d3m, use halo",
                     name_of(a.padding));
  }
  require_range("input_channels", a.input_channels, 3, 64);
  require_range("channels", a.channels, 1, 1024);
  if (a.kind == NetworkKind::d3m_inception && a.channels % 4 != 0) {
    throw UsageError("d3m_inception: channels = {} must be a multiple of 4, the number of branches",
                     a.channels);
  }
  require_range("levels", a.levels, 1, 5);
}

void write_attributes(const Architecture& a, io::Attributes& attributes) {
  attributes["architecture"] = name_of(a.kind);
  attributes["padding"] = name_of(a.padding);
  attributes["input_channels"] = static_cast<std::int64_t>(a.input_channels);
  attributes["channels"] = static_cast<std::int64_t>(a.channels);
  attributes["levels"] = static_cast<std::int64_t>(a.levels);
  attributes["residual"] = static_cast<std::int64_t>(a.residual);
}

Architecture read_architecture(const io::Attributes& attributes) {
  return from_file([&] {
    const Architecture a{
        .kind = network_kind_from(attribute<std::string>(attributes, "architecture")),
        .padding = padding_from(attribute<std::string>(attributes, "padding")),
        .input_channels = attribute<std::size_t>(attributes, "input_channels"),
        .channels = attribute<std::size_t>(attributes, "channels"),
        .levels = attribute<std::size_t>(attributes, "levels"),
        .residual = attribute<std::size_t>(attributes, "residual") != 0};
    require_valid(a);
    return a;
  });
}

}  // namespace nubox::net
