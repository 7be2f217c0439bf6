#include "nubox/bench/bench.hpp"
#include "nubox/bench/limits.hpp"
#include "nubox/core/log.hpp"
#include "nubox/sim/initial_conditions.hpp"
#include "nubox/sim/white_noise.hpp"
#include "nubox/stats/density.hpp"
#include "nubox/stats/suite.hpp"

#include <cmath>

#include <fmt/format.h>

namespace nubox::bench {
namespace {

/// A power spectrum similar to that of cold dark matter; Zel'dovich displacements of a few Mpc/h.
double bench_power(double k_hmpc) {
  const double x = k_hmpc / 0.02;
  return 2.5e4 * x / std::pow(1.0 + x * x, 1.3);
}

stats::Tracers bench_box(const par::Comm& world, std::size_t n, std::uint64_t seed) {
  io::FieldHeader header;
  header.n = n;
  header.box_size_mpch = paper_spacing_mpch * static_cast<double>(n);
  const auto plan = fft::Plan::create(world, n);
  header.cosmology.Omega_m = 0.3175;
  header.cosmology.Omega_b = 0.049;
  header.cosmology.h = 0.6711;
  field::LatticeField displacement = sim::zeldovich_displacement(
      sim::gaussian_modes(plan, header.box_size_mpch, {.seed = seed}, bench_power));
  field::LatticeField velocity = displacement;
  // v = 100 f psi km/s at z = 0, with the growth rate of that matter density.
  const auto per_mpch = static_cast<float>(100 * std::pow(header.cosmology.Omega_m, 0.55));
  for (float& v : velocity.values()) v *= per_mpch;
  return stats::Tracers(field::Box{header, std::move(displacement), std::move(velocity)});
}

/// Time of one statistic including the forward transform of each field; limit: its transforms
/// alone.
Row bench_statistic(const stats::Statistic& statistic, stats::SharedMeshes& shared,
                    const TransformSeconds& fft, std::size_t repeats) {
  io::TableFile table;
  statistic.measure(shared, table);  // paints the meshes, which are kept
  const double seconds =
      fastest_seconds(shared.comm(), repeats, [&] { statistic.measure(shared, table); });
  const auto fields = static_cast<double>(shared.sides().size());
  const stats::Sizes sizes = shared.sizes();
  const double own = statistic.transforms ? statistic.transforms(sizes) : 0.0;
  return {"stats",
          fmt::format("{}, {}^3, {}", statistic.name, shared.mesh_n(),
                      fields > 1 ? "two fields" : "one field"),
          fields * fft.forward + seconds,
          "s",
          fmt::format("{:.3g} FFTs", fields + own),
          fields * fft.forward + own * fft.mean()};
}

}  // namespace

std::vector<Row> measure_stats(const par::Comm& world, const Options& options) {
  const std::size_t n = options.n, repeats = options.repeats;
  const auto statistics =
      stats::statistics_of({.statistics = stats::statistic_names(), .has_target = true});
  const stats::Tracers model = bench_box(world, n, 1), target = bench_box(world, n, 2);
  stats::SharedMeshes one(model, nullptr, n, field::Assignment::cic);
  const TransformSeconds fft = transform_seconds(one.plan(), repeats);
  std::vector<Row> rows{{"stats", fmt::format("forward FFT, {}^3", n), fft.forward, "s"},
                        {"stats", fmt::format("backward FFT, {}^3", n), fft.backward, "s"}};
  for (const auto assignment : {field::Assignment::cic, field::Assignment::pcs}) {
    const double seconds = fastest_seconds(
        world, repeats, [&] { (void)stats::density_modes(model, one.plan(), assignment); });
    rows.push_back(
        {"stats",
         fmt::format("paint {} and transform, {}^3 particles", stats::name_of(assignment), n),
         seconds, "s", "1 FFT", fft.forward});
  }
  for (const stats::Statistic& statistic : statistics) {
    if (!statistic.needs_target) rows.push_back(bench_statistic(statistic, one, fft, repeats));
  }
  stats::SharedMeshes two(model, &target, n, field::Assignment::cic);
  for (const stats::Statistic& statistic : statistics) {
    if (statistic.needs_target || statistic.name == "power") {
      rows.push_back(bench_statistic(statistic, two, fft, repeats));
    }
  }
  stats::SharedMeshes fresh(model, &target, n, field::Assignment::cic);
  const double all = fastest_seconds(world, 1, [&] {
    io::TableFile table;
    (void)stats::measure_all(fresh, statistics, table, [](const io::TableFile&) {});
  });
  rows.push_back({"stats", fmt::format("everything on a pair, painting too, {}^3", n), all, "s"});
  return rows;
}

}  // namespace nubox::bench
