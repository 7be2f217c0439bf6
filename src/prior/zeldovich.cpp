#include "prior/zeldovich.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/sim/initial_conditions.hpp"

#include <string>
#include <variant>

namespace nubox::prior {
namespace {

template <class T>
const T* extra_value(const io::FieldHeader& header, const std::string& name) {
  const auto found = header.extra.find(name);
  return found == header.extra.end() ? nullptr : std::get_if<T>(&found->second);
}

sim::Noise noise_of(const io::FieldHeader& header) {
  const auto* convention = extra_value<std::string>(header, "noise");
  const auto* fixed = extra_value<std::int64_t>(header, "fixed_amplitude");
  const auto* flip = extra_value<std::int64_t>(header, "phase_flip");
  if (header.seed < 0 || convention == nullptr || *convention != sim::noise_convention ||
      fixed == nullptr || flip == nullptr) {
    throw InputError(
        "the Zel'dovich prior needs the phases of the box: its header names no seed with the noise "
        "convention '{}'",
        sim::noise_convention);
  }
  return {static_cast<std::uint64_t>(header.seed), *fixed != 0, *flip != 0};
}

}  // namespace

field::Snapshot zeldovich(const field::Snapshot& input, const Theories& theories) {
  const par::Comm& comm = input.displacement.comm();
  const sim::Noise noise = par::agree(comm, [&] { return noise_of(input.header); });
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
