#include "nubox/bench/bench.hpp"
#include "nubox/bench/limits.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/field/box.hpp"
#include "nubox/io/scratch_directory.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/sim/initial_conditions.hpp"
#include "nubox/sim/p3m_force.hpp"
#include "nubox/sim/pair_rate.hpp"
#include "nubox/sim/simulation_memory.hpp"
#include "nubox/sim/stepping.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace nubox::bench {
namespace {

/// Scale factors of late steps, in which displacements and the exchange between ranks are largest.
constexpr double a_first = 0.9, a_last = 1;

/// Times and memory of several steps on one rank.
struct Steps {
  double fastest_s = std::numeric_limits<double>::infinity();
  PhaseTimes phases;  ///< of all forces
  double forces = 0;
  double routed_share = 0;
  double pairs = 0;       ///< that this rank computed
  double peak_bytes = 0;  ///< beyond the memory before
};

/// Runs repeats + 1 steps in `force`, timed; fills what `steps` says of them. Collective.
void time_steps(const par::Comm& world, sim::Particles& particles, sim::Force& force,
                const cosmology::LinearTheory& theory, const sim::ColaFrame* frame,
                std::size_t repeats, Steps& steps) {
  Stopwatch watch;
  const auto after_step = [&](std::size_t step) {
    const double seconds = world.all_reduce(watch.restart(), par::Reduction::max);
    if (step > 1) steps.fastest_s = std::min(steps.fastest_s, seconds);
  };
  sim::integrate(particles, force, theory,
                 sim::time_grid(a_first, a_last, repeats + 1, sim::Spacing::sqrt_a),
                 {.frame = frame, .after_step = after_step});
  steps.phases = force.times();
  steps.forces = static_cast<double>(repeats + 2);
}

/// Runs repeats + 1 steps and takes the fastest without the first one. Collective.
Steps measure_steps(const par::Comm& world, const sim::SimulationOptions& options,
                    const cosmology::LinearTheory& theory, std::size_t repeats,
                    std::optional<field::Box>& box) {
  Steps steps;
  memory::reset_peak_rss();
  const std::uint64_t held_before = memory::rss_bytes();
  std::optional<sim::ColaFrame> frame;
  sim::Particles particles = [&] {
    const auto plan = fft::Plan::create(world, options.n);
    const fft::MeshField density =
        sim::gaussian_modes(plan, options.box_size_mpch, options.noise,
                            [&](double k) { return theory.power_cb(k, a_first); });
    auto orders = sim::lagrangian_orders(density, theory, a_first, options.lpt_order);
    if (options.stepping == sim::Stepping::cola) frame.emplace(orders, theory, a_first);
    return sim::lagrangian_particles(density, std::move(orders), theory, a_first);
  }();
  if (frame) frame->enter(particles);
  const std::size_t mesh_n = options.mesh_factor * options.n;
  if (options.gravity == sim::Gravity::p3m) {
    const auto split =
        sim::P3mForce::split_of(mesh_n, options.box_size_mpch, sim::softening_mpch(options));
    sim::P3mForce force(world, mesh_n, options.box_size_mpch, split);
    time_steps(world, particles, force, theory, nullptr, repeats, steps);
    steps.pairs = static_cast<double>(force.pairs());
  } else {
    sim::PmForce force(world, mesh_n, options.box_size_mpch);
    time_steps(world, particles, force, theory, frame ? &*frame : nullptr, repeats, steps);
    steps.routed_share = force.routed_share();
  }
  steps.peak_bytes = static_cast<double>(memory::peak_rss_bytes() - held_before);
  if (frame) frame->leave(particles);
  box = sim::to_box(std::move(particles), {});
  return steps;
}

/// Seconds of four transforms of the force mesh, one forward and three backward. Collective.
double fft_limit_seconds(const par::Comm& world, std::size_t mesh_n, std::size_t repeats) {
  const TransformSeconds seconds = transform_seconds(fft::Plan::create(world, mesh_n), repeats);
  return seconds.forward + 3 * seconds.backward;
}

/// Largest over mean time of the ranks' own work on particles.
double imbalance(const par::Comm& world, const PhaseTimes& phases) {
  double own = 0;
  for (const char* phase : {"positions", "paint", "interpolate", "cells", "pairs"}) {
    const auto found = phases.seconds().find(phase);
    if (found != phases.seconds().end()) own += found->second;
  }
  return world.all_reduce(own, par::Reduction::max) * world.size() / world.all_reduce(own);
}

double write_seconds(const par::Comm& world, const std::filesystem::path& directory,
                     const field::Box& box) {
  const io::ScratchDirectory scratch(world, directory);
  world.barrier();
  const Stopwatch watch;
  field::write_box(scratch.path() / "box.h5", box).finish();
  return world.all_reduce(watch.seconds(), par::Reduction::max);
}

}  // namespace

std::vector<Row> measure_simulate(const par::Comm& world, const Options& sizes,
                                  const std::filesystem::path& tables_directory) {
  memory::release_freed_arrays();
  const std::size_t repeats = sizes.repeats;
  sim::SimulationOptions options;
  options.n = sizes.n;
  options.box_size_mpch = paper_spacing_mpch * static_cast<double>(options.n);
  const std::size_t mesh_n = options.mesh_factor * options.n;
  const cosmology::Parameters parameters;
  const auto tables = cosmology::LinearTables::load(world, tables_directory, parameters);
  const cosmology::LinearTheory theory(parameters, tables, cosmology::NeutrinoSource::table);

  const double particles = std::pow(static_cast<double>(options.n), 3);
  const double per_particle = 1e6 * world.size() / particles;  // us of a core
  const double limit_us = fft_limit_seconds(world, mesh_n, repeats) * per_particle;
  const std::string limit = fmt::format("4 FFTs of {}^3", mesh_n);
  const double mesh_bytes = 2.0 * sizeof(float) * std::pow(static_cast<double>(mesh_n), 2) *
                            static_cast<double>(mesh_n + 2);
  std::vector<Row> rows;
  const double peak_pairs = world.all_reduce(sim::peak_pairs_per_second(repeats + 2));
  for (const std::string name : {"pm", "cola", "p3m"}) {
    options.stepping = name == "cola" ? sim::Stepping::cola : sim::Stepping::pm;
    options.gravity = name == "p3m" ? sim::Gravity::p3m : sim::Gravity::pm;
    std::optional<field::Box> box;
    const Steps steps = measure_steps(world, options, theory, repeats, box);
    const auto add = [&](const std::string& quantity, double value, const std::string& unit,
                         const std::string& bound = {}, double bound_value = 0) {
      rows.push_back(
          {"simulate", fmt::format("{}: {}", name, quantity), value, unit, bound, bound_value});
    };
    const std::string unit = "us/particle/step";
    add(fmt::format("step, {}^3 particles", options.n), steps.fastest_s * per_particle, unit, limit,
        limit_us);
    for (const auto& [phase, seconds] : steps.phases.seconds()) {
      const double slowest = world.all_reduce(seconds, par::Reduction::max) / steps.forces;
      add(phase, slowest * per_particle, unit, limit, limit_us);
    }
    add("write", write_seconds(world, sizes.directory, *box) * per_particle, "us/particle");
    const double bytes = world.all_reduce(steps.peak_bytes);
    const double model = world.all_reduce(
        static_cast<double>(sim::memory_estimate(world, options, theory).peak_bytes()));
    add("memory", bytes / particles, "B/particle", "memory model", model / particles);
    const bool pairs = options.gravity == sim::Gravity::p3m;
    add("memory without force meshes", (bytes - mesh_bytes) / particles, "B/particle", "budget",
        pairs ? 110 : 64);
    add("imbalance of particle work", imbalance(world, steps.phases), "max / mean");
    if (pairs) {
      // Rates of all ranks: each rank counts its own time, waiting left out.
      const double rate = world.all_reduce(steps.pairs / steps.phases.seconds().at("pairs"));
      add("pair interactions", 1e-6 * rate, "10^6/s", "pairs in cache", 1e-6 * peak_pairs);
      add("pairs of a particle", world.all_reduce(steps.pairs) / steps.forces / particles,
          "per step");
    } else {
      add("particles met by another rank's mesh",
          world.all_reduce(steps.routed_share) / world.size(), "share");
    }
  }
  return rows;
}

}  // namespace nubox::bench
