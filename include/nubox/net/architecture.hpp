#pragma once

#include "nubox/io/field_file.hpp"

#include <array>
#include <cstddef>
#include <string>

namespace nubox::net {

/// none: the prior alone. d3m: He et al. 2019 (ML-Recon) as used by Giusarma et al. 2019;
/// d3m_inception: with inception modules after the first and before the last block; d3m_deep: with
/// twice the layers. vnet: the residual U-net of valid convolutions of map2map, modulated by the
/// neutrino mass as in StyleGAN2.
enum class NetworkKind { none, d3m, d3m_inception, d3m_deep, vnet };

/// What convolutions find beyond the faces of a tile. zero: zeros; periodic: the opposite face;
/// halo: nothing is missing, since tiles are computed with a margin from the periodic box.
enum class Padding { zero, periodic, halo };

[[nodiscard]] std::string name_of(NetworkKind kind);
[[nodiscard]] std::string name_of(Padding padding);
/// @throws UsageError for an unknown name
[[nodiscard]] NetworkKind network_kind_from(const std::string& name);
[[nodiscard]] Padding padding_from(const std::string& name);

/// Kind and sizes of a network: enough to rebuild its modules and check the weights against them.
struct Architecture {
  NetworkKind kind = NetworkKind::vnet;
  Padding padding = Padding::halo;  ///< always halo for a vnet
  std::size_t input_channels = 3;
  std::size_t channels = 16;  ///< at full resolution (d3m: doubled on each level)
  std::size_t levels = 1;     ///< halvings of the resolution
  /// The output is an increment to the prior displacement, multiplied by theta, so that a vanishing
  /// neutrino mass is the identity; false: the displacement itself (d3m as published).
  bool residual = true;

  bool operator==(const Architecture&) const = default;

  /// False: the prior alone.
  [[nodiscard]] bool has_network() const { return kind != NetworkKind::none; }
  /// True if the output depends on where the faces of the tiles are.
  [[nodiscard]] bool pads_tile_faces() const { return padding != Padding::halo; }
};

/// The published sizes of a kind of network (d3m: 64 channels, 2 levels, zero padding, not
/// residual; vnet: the small default of this program).
[[nodiscard]] Architecture default_architecture(NetworkKind kind);

/// @throws UsageError for a padding that the network does not have, or sizes out of range
void require_valid(const Architecture& architecture);

/// Written into and read from the attributes of a model file. `read` @throws InputError if absent.
void write_attributes(const Architecture& architecture, io::Attributes& attributes);
[[nodiscard]] Architecture read_architecture(const io::Attributes& attributes);

/// What a network demands of its tiles. Both numbers follow from its list of layers.
struct Footprint {
  std::size_t halo = 0;    ///< voxels that a tile needs around it on every side
  std::size_t stride = 1;  ///< origins and sizes of tiles are multiples of it
};
[[nodiscard]] Footprint footprint(const Architecture& architecture);

/// Voxels along x, y and z.
using Extent = std::array<std::size_t, 3>;
[[nodiscard]] constexpr std::size_t voxels(const Extent& e) { return e[0] * e[1] * e[2]; }
/// The extent with `margin` voxels more on every side.
[[nodiscard]] constexpr Extent grown(const Extent& e, std::size_t margin) {
  return {e[0] + 2 * margin, e[1] + 2 * margin, e[2] + 2 * margin};
}

/// Multiply-adds of the convolutions for one tile whose output has this extent, halo included. The
/// extent must be a multiple of the stride.
[[nodiscard]] double multiply_adds(const Architecture& architecture, const Extent& tile);
/// The same per output voxel of an infinitely large tile, where the halo costs nothing.
[[nodiscard]] double multiply_adds_per_voxel(const Architecture& architecture);

/// Speed of one core with AVX-512 in the convolutions, FLOP/s (two per multiply-add), for estimates
/// of time: what `nubox bench --bench.what=predict` measures for fp32. GPUs are a hundred times as
/// fast.
inline constexpr double core_flop_per_s = 2e10;

/// Numbers that modulate the network for a box, beside its fields.
struct Conditioning {
  /// f_nu = Omega_nu / Omega_m over that of the paper: 0.15 eV, h = 0.6711, Omega_m = 0.3175. Zero
  /// without neutrino mass.
  double theta = 0;
  /// log2(F / 2) for an input simulated with F force mesh points per particle spacing; 2 for forces
  /// resolved by pairs.
  double force = 0;

  bool operator==(const Conditioning&) const = default;
};
inline constexpr std::size_t conditioning_numbers = 2;

}  // namespace nubox::net
