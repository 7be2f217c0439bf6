#pragma once

#include "nubox/config/config.hpp"
#include "nubox/fft/plan.hpp"
#include "nubox/par/comm.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// Components of `nubox bench`: each measures its own work and, in the same run, the limit of this
/// machine that bounds it, so that figures of a noisy machine can be compared.
namespace nubox::app {

/// One measured figure. A row without a limit is a limit itself, or a plain figure.
struct BenchRow {
  std::string component;  ///< "fft", "simulate", ...
  std::string quantity;   ///< what was measured: "forward, 256^3"
  double value = 0;
  std::string unit;        ///< "s", "GB/s", "us/particle/step", "B/particle", ...
  std::string limit = {};  ///< what bounds it: "one pass over memory per axis"; empty: none
  double limit_value = 0;  ///< in the same unit
  /// value / limit_value: times of the floor for durations, share of the peak for rates.
  [[nodiscard]] double ratio() const { return value / limit_value; }
};

/// Seconds of the slowest rank in the fastest of `repeats` calls of `work`; what `prepare` does
/// before each of them is not counted. Collective.
[[nodiscard]] double fastest_seconds(
    const par::Comm& comm, std::size_t repeats, const std::function<void()>& work,
    const std::function<void()>& prepare = [] {});

/// Bytes per second that all ranks together move when each copies a buffer larger than its caches
/// (bytes read + bytes written). Collective.
[[nodiscard]] double memory_bandwidth(const par::Comm& comm, std::size_t repeats);

/// Forward and backward transform of a mesh of this plan. Collective.
struct TransformSeconds {
  double forward = 0, backward = 0;
  [[nodiscard]] double mean() const { return 0.5 * (forward + backward); }
};
[[nodiscard]] TransformSeconds transform_seconds(const std::shared_ptr<const fft::Plan>& plan,
                                                 std::size_t repeats);

/// Lattice spacing of the paper's boxes: the work of statistics and forces depends on it.
inline constexpr double paper_spacing_mpch = 1000.0 / 512.0;

// The components, each in its own file. All collective.
[[nodiscard]] std::vector<BenchRow> bench_fft(const par::Comm& world, const config::Config& config);
[[nodiscard]] std::vector<BenchRow> bench_io(const par::Comm& world, const config::Config& config);
[[nodiscard]] std::vector<BenchRow> bench_snapshot(const par::Comm& world,
                                                   const config::Config& config);
#ifdef NUBOX_WITH_TORCH
[[nodiscard]] std::vector<BenchRow> bench_allreduce(const par::Comm& world,
                                                    const config::Config& config);
[[nodiscard]] std::vector<BenchRow> bench_train(const par::Comm& world,
                                                const config::Config& config);
[[nodiscard]] std::vector<BenchRow> bench_predict(const par::Comm& world,
                                                  const config::Config& config);
#endif

[[nodiscard]] std::vector<BenchRow> bench_simulate(const par::Comm& world,
                                                   const config::Config& config);
[[nodiscard]] std::vector<BenchRow> bench_stats(const par::Comm& world,
                                                const config::Config& config);

}  // namespace nubox::app
