#include "io/gadget_convert.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace nubox::io {
namespace {

/// Programs that wrap at every other step only leave particles a drift outside the box.
constexpr double wrap_tolerance = 1e-3;

template <std::size_t bytes>
using UnsignedOf = std::conditional_t<bytes == 4, std::uint32_t, std::uint64_t>;

/// Calls each(i, number) for all numbers; byte order and width are settled outside the loop.
template <class Narrow, class Wide, class Each>
void for_each_number(const RawNumbers& raw, std::size_t count, const Each& each) {
  const auto loop = [&]<class Stored, bool swap>() {
    using Bits = UnsignedOf<sizeof(Stored)>;
    const std::byte* bytes = raw.bytes.data();
    for (std::size_t i = 0; i < count; ++i) {
      Bits bits;
      std::memcpy(&bits, bytes + i * sizeof(Stored), sizeof(Stored));
      if constexpr (swap && sizeof(Stored) == 4) bits = __builtin_bswap32(bits);
      if constexpr (swap && sizeof(Stored) == 8) bits = __builtin_bswap64(bits);
      each(i, std::bit_cast<Stored>(bits));
    }
  };
  if (raw.width == 4) {
    raw.swapped ? loop.template operator()<Narrow, true>()
                : loop.template operator()<Narrow, false>();
  } else {
    raw.swapped ? loop.template operator()<Wide, true>() : loop.template operator()<Wide, false>();
  }
}

constexpr const char* axis_names = "xyz";

}  // namespace

void convert_positions(const RawNumbers& raw, double length_mpch, double box_size_mpch,
                       std::span<double> position_mpch, const std::string& where,
                       std::uint64_t first) {
  const double lowest = -wrap_tolerance * box_size_mpch;
  const double highest = (1 + wrap_tolerance) * box_size_mpch;
  bool fine = true;
  for_each_number<float, double>(raw, position_mpch.size(), [&](std::size_t i, auto stored) {
    const double x = static_cast<double>(stored) * length_mpch;
    fine &= (x >= lowest) & (x <= highest);  // false for NaN
    const double raised = x < 0 ? x + box_size_mpch : x;
    position_mpch[i] = raised >= box_size_mpch ? raised - box_size_mpch : raised;
  });
  if (fine) return;
  for_each_number<float, double>(raw, position_mpch.size(), [&](std::size_t i, auto stored) {
    const double x = static_cast<double>(stored) * length_mpch;
    if (x >= lowest && x <= highest) return;
    throw InputError("{}: particle {} has {} = {} (stored as {}), {}", where, first + i / 3,
                     axis_names[i % 3], x, stored,
                     std::isfinite(x) ? fmt::format("outside the box of {} Mpc/h", box_size_mpch)
                                      : std::string("which is not finite"));
  });
}

void convert_velocities(const RawNumbers& raw, double unit_kms, std::span<float> velocity_kms,
                        const std::string& where, std::uint64_t first) {
  bool fine = true;
  for_each_number<float, double>(raw, velocity_kms.size(), [&](std::size_t i, auto stored) {
    const double v = static_cast<double>(stored) * unit_kms;
    fine &= std::abs(v) < units::light_kms;  // false for NaN
    velocity_kms[i] = static_cast<float>(v);
  });
  if (fine) return;
  for_each_number<float, double>(raw, velocity_kms.size(), [&](std::size_t i, auto stored) {
    const double v = static_cast<double>(stored) * unit_kms;
    if (std::abs(v) < units::light_kms) return;
    throw InputError("{}: particle {} has the {} velocity {} km/s, {}", where, first + i / 3,
                     axis_names[i % 3], v,
                     std::isfinite(v) ? "faster than light" : "which is not finite");
  });
}

void convert_ids(const RawNumbers& raw, std::span<std::uint64_t> id) {
  for_each_number<std::uint32_t, std::uint64_t>(
      raw, id.size(), [&](std::size_t i, auto stored) { id[i] = stored; });
}

}  // namespace nubox::io
