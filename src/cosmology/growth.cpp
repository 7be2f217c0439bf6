#include "growth.hpp"

#include <cmath>

#include <boost/numeric/odeint.hpp>

namespace nubox::cosmology {
namespace {

namespace odeint = boost::numeric::odeint;
using State = std::vector<double>;

/// Adaptive Dormand-Prince over the nodes; observe(node, state) is called at each.
template <class System, class Observe>
void integrate(const System& system, State& state, const std::vector<double>& ln_a,
               Observe&& observe) {
  constexpr double tolerance = 1e-9;
  auto stepper =
      odeint::make_dense_output(tolerance, tolerance, odeint::runge_kutta_dopri5<State>());
  std::size_t node = 0;
  odeint::integrate_times(stepper, system, state, ln_a.begin(), ln_a.end(), 0.01,
                          [&](const State& y, double) { observe(node++, y); });
}

struct Coefficients {
  double friction;  // A = 2 + dlnE/dlna
  double gravity;   // B = 1.5 Omega_m a^-3 / E^2
};

Coefficients coefficients(const Background& background, double ln_a) {
  const double a = std::exp(ln_a);
  const double e = background.E(a);
  return {2 + background.dlnE_dlna(a), 1.5 * background.parameters().Omega_m / (a * a * a * e * e)};
}

}  // namespace

FirstOrder solve_first_order(const Background& background, const std::vector<double>& ln_a,
                             const std::vector<double>& start_rate,
                             const std::function<void(double, std::vector<double>&)>& source) {
  // In y = ln D1 and f = dlnD1/dlna, which stay of order one: y' = f, f' = B S - A f - f^2.
  const std::size_t count = start_rate.size();
  State state(2 * count, 0.0);
  std::copy(start_rate.begin(), start_rate.end(),
            state.begin() + static_cast<std::ptrdiff_t>(count));
  std::vector<double> S(count);
  const auto system = [&](const State& y, State& slope, double x) {
    const Coefficients c = coefficients(background, x);
    source(x, S);
    for (std::size_t i = 0; i < count; ++i) {
      const double f = y[count + i];
      slope[i] = f;
      slope[count + i] = c.gravity * S[i] - (c.friction + f) * f;
    }
  };
  FirstOrder solution{std::vector<double>(ln_a.size() * count),
                      std::vector<double>(ln_a.size() * count)};
  integrate(system, state, ln_a, [&](std::size_t node, const State& y) {
    for (std::size_t i = 0; i < count; ++i) {
      solution.ln_D1[node * count + i] = y[i];
      solution.f1[node * count + i] = y[count + i];
    }
  });
  return solution;
}

SecondOrder solve_second_order(const Background& background, const std::vector<double>& ln_a,
                               double start_rate) {
  // In f1, q = D2/D1^2 and g = q', again of order one:
  // q'' + (4 f1 + A) q' + (2 f1' + 4 f1^2 + 2 A f1) q = B fcb (q - 1), where f1' + f1^2 + A f1 = B
  // fcb.
  const double f_cb = 1 - background.f_nu();
  const double n = (std::sqrt(1 + 24 * f_cb) - 1) / 4;
  State state{start_rate, -1.5 * f_cb / (2 * n * n + 1.5 * f_cb), 0.0};
  const auto system = [&](const State& y, State& slope, double x) {
    const Coefficients c = coefficients(background, x);
    const double source = c.gravity * f_cb;
    const double f = y[0], q = y[1], g = y[2];
    slope[0] = source - (c.friction + f) * f;
    slope[1] = g;
    slope[2] = source * (q - 1) - (4 * f + c.friction) * g - 2 * (source + f * f) * q;
  };
  SecondOrder solution{std::vector<double>(ln_a.size()), std::vector<double>(ln_a.size())};
  integrate(system, state, ln_a, [&](std::size_t node, const State& y) {
    solution.D2_over_D1_squared[node] = y[1];
    solution.f2[node] = 2 * y[0] + y[2] / y[1];
  });
  return solution;
}

}  // namespace nubox::cosmology
