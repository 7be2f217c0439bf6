#include "sim/pair_kernel.hpp"

#include "nubox/core/processor_clones.hpp"

#include <cmath>

namespace nubox::sim {
namespace {

/// Radius of the spline kernel per Plummer-equivalent softening: equal potentials at its centre.
constexpr float spline_per_plummer = 2.8F;
/// Keeps the reciprocal of a vanishing separation finite, (Mpc/h)^2.
constexpr float tiny = 1e-16F;

}  // namespace

// Compiled with -fopenmp-simd, -fno-math-errno and -fno-trapping-math (CMakeLists.txt): the sums
// may be reordered and the root vectorised here, and nowhere else.
NUBOX_PROCESSOR_CLONES
PairForce pair_force(const PairSources& sources, const MeshPairForce& mesh, float softening_mpch,
                     float cutoff2, float x, float y, float z) {
  float c[MeshPairForce::terms];
  for (std::size_t p = 0; p < MeshPairForce::terms; ++p) c[p] = mesh.coefficients()[p];
  const float scale = mesh.scale();
  const float* sx = sources.x;
  const float* sy = sources.y;
  const float* sz = sources.z;
  const float per_h = 1.0F / (spline_per_plummer * softening_mpch);
  const float per_h3 = per_h * per_h * per_h;
  float fx = 0, fy = 0, fz = 0;
#pragma omp simd reduction(+ : fx, fy, fz) simdlen(16)
  for (std::size_t j = 0; j < sources.count; ++j) {
    const float dx = sx[j] - x, dy = sy[j] - y, dz = sz[j] - z;
    const float r2 = dx * dx + dy * dy + dz * dz;
    const float inverse = 1.0F / std::sqrt(r2 + tiny);
    const float u = r2 * inverse * per_h;
    const float inner = per_h3 * (32.0F / 3 + u * u * (32.0F * u - 38.4F));
    const float outer = per_h3 * (64.0F / 3 + u * (u * (38.4F - 32.0F / 3 * u) - 48.0F)) -
                        inverse * inverse * inverse / 15.0F;
    const float newton = inverse * inverse * inverse;
    const float softened = u < 0.5F ? inner : u < 1.0F ? outer : newton;
    const float t = r2 * scale - 1.0F;
    float q = c[12];
    q = q * t + c[11];
    q = q * t + c[10];
    q = q * t + c[9];
    q = q * t + c[8];
    q = q * t + c[7];
    q = q * t + c[6];
    q = q * t + c[5];
    q = q * t + c[4];
    q = q * t + c[3];
    q = q * t + c[2];
    q = q * t + c[1];
    q = q * t + c[0];
    const float w = r2 < cutoff2 ? softened - q : 0.0F;
    fx += w * dx;
    fy += w * dy;
    fz += w * dz;
  }
  return {fx, fy, fz};
}

}  // namespace nubox::sim
