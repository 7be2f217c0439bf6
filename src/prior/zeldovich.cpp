#include "prior/zeldovich.hpp"

#include "nubox/core/units.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/sim/initial_conditions.hpp"
#include "nubox/sim/white_noise.hpp"

namespace nubox::prior {

field::Snapshot zeldovich(const field::Snapshot& input, const Theories& theories) {
  const par::Comm& comm = input.displacement.comm();
  const sim::Noise noise = par::agree(comm, [&] { return sim::noise_of(input.header); });
  const double a = units::scale_factor(input.header.redshift);
  constexpr int zeldovich_order = 1;
  field::Snapshot out = sim::to_snapshot(
      sim::initial_conditions(fft::Plan::create(comm, input.header.n), input.header.box_size_mpch,
                              noise, theories.massive, a, zeldovich_order),
      input.header);
  if (!input.velocity) out.velocity.reset();
  return out;
}

}  // namespace nubox::prior
