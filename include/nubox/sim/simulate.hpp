#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/field/box.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/par/step_control.hpp"
#include "nubox/sim/given_ics.hpp"
#include "nubox/sim/stepping.hpp"
#include "nubox/sim/white_noise.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

namespace nubox::sim {

/// Plain particle-mesh steps, or steps relative to second-order perturbation theory (cola_frame).
enum class Stepping { pm, cola };

/// Gravity solver: mesh, or mesh and pair forces (p3m_force.hpp).
enum class Gravity { pm, p3m };

/// Default number of steps of a P3M run, uniform in sqrt a from z = 49. Measured at 64^3, 125
/// Mpc/h, softening 1/30 of the spacing, mesh 2N, against a TreePM code from the same initial
/// conditions: 200 steps lose 2.8 % of P(k = 3 h/Mpc).
inline constexpr std::size_t p3m_steps = 250;

/// Options of one realisation. The neutrino mass belongs to the cosmology, so that a matched pair
/// is two calls with equal options.
struct SimulationOptions {
  std::size_t n = 512;  ///< particles per side
  double box_size_mpch = 1000;
  Noise noise{.seed = 1};
  /// Initial conditions in place of those of the noise, which is then unused. The run starts at
  /// z_initial all the same: growth from the redshift of the file is linear theory's.
  std::optional<GivenIcs> ics{};
  double z_initial = 19;
  std::vector<double> redshifts = {0};  ///< outputs, in order of time: descending
  std::size_t steps = 30;               ///< from z_initial to the last output
  /// Of p3m, in place of `steps`: steps that follow the largest acceleration (AdaptiveSteps); 0:
  /// off.
  double accuracy = 0;
  std::size_t mesh_factor = 2;  ///< force mesh per side in units of n
  Gravity gravity = Gravity::pm;
  double softening_mpch = 0;  ///< Plummer-equivalent, of p3m; 0: 1/40 of the particle spacing
  Stepping stepping = Stepping::pm;
  int lpt_order = 2;  ///< 1: Zel'dovich, 2: 2LPT
  cosmology::NeutrinoSource neutrinos = cosmology::NeutrinoSource::table;
};

/// Spacing of the steps of `simulate`. Measured at 64^3, 125 Mpc/h, z_initial = 19, mesh 2N: error
/// in per cent of the power at k = 0.3, 0.7 and 1.5 h/Mpc, then of the ratio P(0.15 eV)/P(0) there,
/// against 60 plain steps in sqrt a (which are within 0.3 and 0.1 % of 120 steps):
/// - pm, 30 steps in sqrt a: -0.7, -0.9, -1.1; 0.02, 0.07, 0.27 (in ln a similar, in a threefold)
/// - pm, 15 steps in sqrt a: -3.4, -4.6, -5.3; 0.08, 0.19, 0.58
/// - cola, 20 steps in a: 0.2, 0.2, 0.3; -0.01, -0.02, -0.12
/// - cola, 15 steps in a: 0.2, 0.2, 0.3; 0.00, -0.01, -0.12
/// - cola, 10 steps in a: 0.1, -0.6, -1.3; 0.03, 0.16, 0.46
/// - cola, 15 steps in sqrt a: -0.2, -1.1, -3.0; 0.06, 0.31, 0.62
/// - cola, 15 steps in ln a: -1.6, -7.4, -17; 0.30, 1.20, 1.06
///
/// The frame contains the early growth, so that the steps of COLA may be concentrated at late
/// times.
[[nodiscard]] constexpr Spacing default_spacing(Stepping stepping) {
  return stepping == Stepping::cola ? Spacing::a : Spacing::sqrt_a;
}

/// Softening of the pair force: that of the options, or 1/40 of the spacing, as in Quijote.
[[nodiscard]] double softening_mpch(const SimulationOptions& options);

/// Scale factors of the steps to each output, the first grid from z_initial. Steps are distributed
/// over the outputs in proportion to their intervals, at least one each; of adaptive steps only the
/// ends are planned. Rank-local.
[[nodiscard]] std::vector<std::vector<double>> step_plan(const SimulationOptions& options);

/// Rank-local. @throws UsageError for invalid options
void require_valid(const SimulationOptions& options);

/// Header of the output at `redshift`: cosmology, noise, and as extra attributes steps, stepping,
/// mesh, LPT order, z_initial, z_back_scaling, neutrino source, T_cmb, N_eff and the checksum of
/// the linear tables. Together they determine the run. Rank-local.
[[nodiscard]] io::FieldHeader output_header(const SimulationOptions& options,
                                            const cosmology::Parameters& parameters,
                                            const cosmology::LinearTables& tables, double redshift);

/// Checkpoints of a run and their control.
struct Interruption {
  /// Checkpoint file. If it exists, the run continues from it; the file is removed at the end.
  /// Empty: no checkpoints.
  std::filesystem::path checkpoint{};
  /// Decides after each step whether to write the checkpoint and whether to stop.
  par::StepControl* control = nullptr;
  /// Number of outputs, from the first, that exist already. A checkpoint beyond them is not used.
  std::size_t outputs_present = 0;
};

/// Simulates one mass from initial conditions through all output redshifts and passes each box
/// (displacement and velocity, header as above) to `on_output`, possibly including outputs that
/// exist already. Linear power is exact at the last output (back-scaling). The bits of the outputs
/// depend neither on the number of ranks nor on interruptions. Collective; `on_output` is called on
/// every rank.
/// @throws UsageError for options that are invalid or do not fit into memory, or the checkpoint of
///         another run; NumericalError, FileSystemError; Error with ExitCode::stopped after a
///         durable checkpoint. All agreed.
void simulate(const par::Comm& comm, const SimulationOptions& options,
              const cosmology::Parameters& parameters, const cosmology::LinearTables& tables,
              const std::function<void(const field::Box&)>& on_output,
              const Interruption& interruption = {});

}  // namespace nubox::sim
