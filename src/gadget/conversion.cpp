#include "gadget/conversion.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace nubox::gadget {
namespace {

/// Programs that do not wrap at every step leave particles one drift outside the box.
constexpr double wrap_tolerance = 1e-3;

template <std::size_t bytes>
using UnsignedOf = std::conditional_t<bytes == 4, std::uint32_t, std::uint64_t>;

/// The i-th number of an array of bytes in this machine's byte order or the other one.
template <class Stored, bool swap>
struct Stream {
  const std::byte* bytes;
  Stored operator[](std::size_t i) const {
    UnsignedOf<sizeof(Stored)> bits;
    std::memcpy(&bits, bytes + i * sizeof(Stored), sizeof(Stored));
    if constexpr (swap && sizeof(Stored) == 4) bits = __builtin_bswap32(bits);
    if constexpr (swap && sizeof(Stored) == 8) bits = __builtin_bswap64(bits);
    return std::bit_cast<Stored>(bits);
  }
};

/// Calls work(stream); width and byte order are resolved outside its loops.
template <class Narrow, class Wide, class Work>
void with_stream(const RawNumbers& raw, const Work& work) {
  const std::byte* bytes = raw.bytes.data();
  if (raw.width == 4) {
    raw.swapped ? work(Stream<Narrow, true>{bytes}) : work(Stream<Narrow, false>{bytes});
  } else {
    raw.swapped ? work(Stream<Wide, true>{bytes}) : work(Stream<Wide, false>{bytes});
  }
}

constexpr const char* axis_names = "xyz";

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

/// Has the sign bit if a number is negative, above `highest` or not finite: combines the sign bits
/// of x, of highest - x, and of the carry out of an exponent that is all ones (in unsigned numbers,
/// whose overflow is defined). Comparisons would prevent vector instructions; without them the
/// conversion costs little more than reading the bytes.
std::uint64_t unusual(double x, double highest) {
  constexpr std::uint64_t one_exponent = std::uint64_t{1} << 52;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  return bits | std::bit_cast<std::uint64_t>(highest - x) | (bits + one_exponent);
}

/// Wraps the particles that are outside the box. @throws InputError beyond wrap_tolerance
void wrap_or_refuse(std::span<double> position_mpch, double box_size_mpch, const std::string& where,
                    std::uint64_t first) {
  const double lowest = -wrap_tolerance * box_size_mpch;
  const double highest = (1 + wrap_tolerance) * box_size_mpch;
  for (std::size_t i = 0; i < position_mpch.size(); ++i) {
    double& x = position_mpch[i];
    if (!(x >= lowest && x <= highest)) {
      throw InputError("{}: particle {} has {} = {} Mpc/h, {}", where, first + i / 3,
                       axis_names[i % 3], x,
                       std::isfinite(x) ? fmt::format("outside the box of {} Mpc/h", box_size_mpch)
                                        : std::string("which is not finite"));
    }
    if (x < 0) x += box_size_mpch;
    if (x >= box_size_mpch) x -= box_size_mpch;
  }
}

}  // namespace

void convert_positions(const RawNumbers& raw, double length_mpch, double box_size_mpch,
                       std::span<double> position_mpch, const std::string& where,
                       std::uint64_t first) {
  const double below_box = std::nextafter(box_size_mpch, 0.0);
  with_stream<float, double>(raw, [&](const auto stored) {
    double* const position = position_mpch.data();
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < position_mpch.size(); ++i) {
      const double x = static_cast<double>(stored[i]) * length_mpch;
      found |= unusual(x, below_box);
      position[i] = x;
    }
    if ((found & sign_bit) != 0) wrap_or_refuse(position_mpch, box_size_mpch, where, first);
  });
}

void convert_velocities(const RawNumbers& raw, double unit_kms, std::span<float> velocity_kms,
                        const std::string& where, std::uint64_t first) {
  const std::size_t count = velocity_kms.size();
  with_stream<float, double>(raw, [&](const auto stored) {
    float* const velocity = velocity_kms.data();
    const auto limit = static_cast<float>(units::light_kms);
    std::int32_t misfits = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const float v = static_cast<float>(stored[i] * static_cast<decltype(stored[i])>(unit_kms));
      misfits |= std::abs(v) < limit ? 0 : 1;
      velocity[i] = v;
    }
    for (std::size_t i = 0; misfits != 0 && i < count; ++i) {
      if (std::abs(velocity[i]) < limit) continue;
      throw InputError("{}: particle {} has the {} velocity {} km/s, {}", where, first + i / 3,
                       axis_names[i % 3], velocity[i],
                       std::isfinite(velocity[i]) ? "faster than light" : "which is not finite");
    }
  });
}

void add_masses(const RawNumbers& raw, std::size_t count, const std::string& where,
                std::uint64_t first, MassSum& masses) {
  with_stream<float, double>(raw, [&](const auto stored) {
    for (std::size_t i = 0; i < count; ++i) {
      const double mass = static_cast<double>(stored[i]);
      if (!(mass >= 0 && std::isfinite(mass))) {
        throw InputError("{}: particle {} has the mass {}", where, first + i, mass);
      }
      masses.lowest = masses.count == 0 ? mass : std::min(masses.lowest, mass);
      masses.highest = std::max(masses.highest, mass);
      masses.sum += mass;
      ++masses.count;
    }
  });
}

void convert_ids(const RawNumbers& raw, std::span<std::uint64_t> id) {
  with_stream<std::uint32_t, std::uint64_t>(raw, [&](const auto stored) {
    std::uint64_t* const out = id.data();
    for (std::size_t i = 0; i < id.size(); ++i) out[i] = stored[i];
  });
}

}  // namespace nubox::gadget
