#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/field/field_io.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/par/step_control.hpp"
#include "nubox/sim/stepping.hpp"
#include "nubox/sim/white_noise.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

namespace nubox::sim {

/// Plain particle-mesh steps, or steps relative to second-order perturbation theory (cola_frame).
enum class Stepping { pm, cola };

/// One realisation; the neutrino mass comes with the cosmology, so that a matched pair is two calls
/// with equal options.
struct SimulationOptions {
  std::size_t n = 64;  ///< particles per side
  double box_size_mpch = 125;
  Noise noise{.seed = 1};
  double z_initial = 19;
  std::vector<double> redshifts = {0};  ///< outputs, in order of time: descending
  std::size_t steps = 30;               ///< from z_initial to the last output
  std::size_t mesh_factor = 2;          ///< force mesh per side in units of n
  Stepping stepping = Stepping::pm;
  int lpt_order = 2;  ///< 1: Zel'dovich, 2: 2LPT
  cosmology::NeutrinoSource neutrinos = cosmology::NeutrinoSource::table;
};

/// Spacing of the steps of `simulate`. Measured at 64^3, 125 Mpc/h, z_initial = 19, 30 steps on a
/// mesh of 2N: power at k = 0.3 h/Mpc low by 3.0 (a), 0.9 (sqrt a), 0.8 % (ln a) against 80 steps
/// on 4N, at k = 1 by 9.0, 7.1, 8.8 %.
inline constexpr Spacing default_spacing = Spacing::sqrt_a;

/// Scale factors of the steps to each output, the first grid from z_initial. Steps are dealt to the
/// outputs in proportion to the way, at least one each. Rank-local.
[[nodiscard]] std::vector<std::vector<double>> step_plan(const SimulationOptions& options);

/// Rank-local. @throws UsageError for options that make no run
void require_valid(const SimulationOptions& options);

/// Header of the output at `redshift`: cosmology, noise, and as extra attributes steps, stepping,
/// mesh, LPT order, z_initial, z_back_scaling, neutrino source, T_cmb, N_eff and the checksum of
/// the linear tables. Together they determine the run. Rank-local.
[[nodiscard]] io::FieldHeader output_header(const SimulationOptions& options,
                                            const cosmology::Parameters& parameters,
                                            const cosmology::LinearTables& tables, double redshift);

/// How a run survives an interruption.
struct Interruption {
  /// File of the state of the run: it goes on from there if the file stands, and removes it at its
  /// end. Empty: no checkpoints.
  std::filesystem::path checkpoint{};
  /// Says after each step whether to write it, and whether to stop then.
  par::StepControl* control = nullptr;
  /// Outputs, from the first, that the caller has already. A checkpoint beyond them is not used.
  std::size_t outputs_in_hand = 0;
};

/// Runs one mass from initial conditions through all output redshifts and hands each snapshot
/// (displacement and velocity, header as above) to `on_output`, outputs in hand possibly included.
/// Linear power is exact at the last output (back-scaling). The bits of the outputs depend neither
/// on the number of ranks nor on interruptions. Collective; `on_output` runs on
/// every rank.
/// @throws UsageError for options that make no run or do not fit into memory, or the checkpoint of
///         another run; NumericalError, FileSystemError; Error with ExitCode::stopped after a
///         durable checkpoint. All agreed.
void simulate(const par::Comm& comm, const SimulationOptions& options,
              const cosmology::Parameters& parameters, const cosmology::LinearTables& tables,
              const std::function<void(const field::Snapshot&)>& on_output,
              const Interruption& interruption = {});

}  // namespace nubox::sim
