#include "nubox/core/fault.hpp"
#include "nubox/doctor/check.hpp"
#include "nubox/par/link.hpp"

#include <chrono>

namespace nubox::doctor {
namespace {

/// Dates in logs and modification times of files are compared with a resolution of a second.
constexpr double largest_skew_s = 1;
constexpr int readings = 100000;

/// Largest step back of a clock in repeated readings, seconds.
double steps_back_s() {
  using Clock = std::chrono::steady_clock;
  Clock::duration back{0};
  Clock::time_point before = Clock::now();
  for (int i = 0; i < readings; ++i) {
    const Clock::time_point now = Clock::now();
    if (before - now > back) back = before - now;
    before = now;
  }
  return std::chrono::duration<double>(back).count();
}

}  // namespace

std::vector<Finding> examine_clocks(const par::Comm& world, const Options&) {
  const Extreme back = largest(world, fault::corrupted("doctor.steady_clock", steps_back_s()));
  const auto offsets = par::clock_offsets(world, 20);
  const par::ClockOffset& own = offsets[static_cast<std::size_t>(world.rank())];
  // Only the part beyond the uncertainty of the measurement counts.
  const double certain = std::max(0.0, std::abs(own.seconds) - own.uncertainty_s);
  const Extreme skew = largest(world, fault::corrupted("doctor.wall_clock", certain));
  return {at_most("steady clock, largest step back", back.value, "s", 0, Verdict::fail, back.note),
          at_most("wall clocks against rank 0", skew.value, "s", largest_skew_s, Verdict::warn,
                  skew.note)};
}

}  // namespace nubox::doctor
