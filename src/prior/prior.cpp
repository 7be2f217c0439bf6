#include "nubox/prior/prior.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/units.hpp"
#include "nubox/fft/plan.hpp"
#include "nubox/field/lattice_fourier.hpp"

#include "prior/rewind.hpp"
#include "prior/zeldovich.hpp"

#include <array>
#include <utility>

namespace nubox::prior {
namespace {

constexpr std::array<std::pair<Kind, const char*>, 4> names = {
    {{Kind::none, "none"}, {Kind::linear, "linear"}, {Kind::rewind, "rewind"}, {Kind::za, "za"}}};

std::shared_ptr<const fft::Plan> plan_of(const field::Box& box) {
  return fft::Plan::create(box.displacement.comm(), box.header.n);
}

/// Linear theory, p = a^2 E f psi: E and growth rate of p(k) are changed to the massive cosmology
/// as well.
field::Box linear_filter(field::Box input, const Theories& theories, const Gain& gain,
                         const std::shared_ptr<const fft::Plan>& plan) {
  const auto ratio = [&](double k) { return theories.amplitude_ratio(k) * gain(k); };
  field::apply_filter(input.displacement, plan, ratio);
  if (input.velocity) {
    const double a = units::scale_factor(input.header.redshift);
    const double expansion =
        theories.massive.background().E(a) / theories.massless.background().E(a);
    field::apply_filter(*input.velocity, plan, [&](double k) {
      return expansion * theories.massive.f1(k, a) / theories.massless.f1(k, a) * ratio(k);
    });
  }
  return input;
}

field::Box with_gain(field::Box box, const Gain& gain,
                     const std::shared_ptr<const fft::Plan>& plan) {
  if (gain.k_hmpc.empty()) return box;
  field::apply_filter(box.displacement, plan, gain);
  if (box.velocity) field::apply_filter(*box.velocity, plan, gain);
  return box;
}

io::FieldHeader massive_header(io::FieldHeader header, const Theories& theories, Kind kind) {
  header.cosmology.M_nu_eV = theories.massive.parameters().M_nu_eV;
  if (!theories.have_same_amplitude()) header.cosmology.A_s = theories.massive.parameters().A_s;
  header.origin = "predict";
  header.code_version.clear();
  header.extra["prior"] = name_of(kind);
  return header;
}

}  // namespace

Kind kind_of(const std::string& name) {
  for (const auto& [kind, text] : names) {
    if (name == text) return kind;
  }
  throw UsageError("no prior is called '{}'", name);
}

std::string name_of(Kind kind) {
  for (const auto& [candidate, text] : names) {
    if (kind == candidate) return text;
  }
  throw InternalError("prior without a name");
}

field::Box apply(Kind kind, field::Box input, const Theories& theories,
                 const RewindOptions& rewind_options, const Gain& gain, Shared shared,
                 Velocities velocities) {
  if (theories.are_equal()) kind = Kind::none;
  if (kind == Kind::rewind && !input.velocity) {
    if (input.displacement.comm().is_root())
      log::warn("the input has no velocities: the linear filter replaces the rewind");
    kind = Kind::linear;
  }
  if (!shared.plan && kind != Kind::none) shared.plan = plan_of(input);
  if (velocities == Velocities::omitted && kind != Kind::rewind) input.velocity.reset();
  field::Box out = [&] {
    switch (kind) {
      case Kind::linear:
        return linear_filter(std::move(input), theories, gain, shared.plan);
      case Kind::rewind:
        return rewind(std::move(input), theories, rewind_options, gain, std::move(shared),
                      velocities);
      case Kind::za:
        return with_gain(zeldovich(input, theories, shared.plan), gain, shared.plan);
      case Kind::none:
        break;
    }
    return std::move(input);
  }();
  out.header = massive_header(std::move(out.header), theories, kind);
  return out;
}

field::Box apply_zeldovich(field::Box input, field::Box ics, const Theories& theories,
                           Shared shared) {
  const bool equal = theories.are_equal();
  if (!shared.plan && !equal) shared.plan = plan_of(input);
  field::Box out =
      equal ? std::move(input) : zeldovich(input, std::move(ics), theories, shared.plan);
  out.header = massive_header(std::move(out.header), theories, equal ? Kind::none : Kind::za);
  return out;
}

}  // namespace nubox::prior
