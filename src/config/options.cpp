#include "nubox/config/options.hpp"

#include <algorithm>

namespace nubox::config {
namespace {

constexpr auto integer = Type::integer;
constexpr auto number = Type::number;
constexpr auto flag = Type::flag;
constexpr auto text = Type::text;
constexpr auto choice = Type::choice;
constexpr auto integers = Type::integers;
constexpr auto numbers = Type::numbers;
constexpr auto texts = Type::texts;

// Columns: section, key, type, default, minimum, maximum, choices, meaning.
std::vector<Option> make_table() {
  // clang-format off
  return {
      {"run", "watchdog_minutes", number, "30", 0, 1e4, {},
       "End the job with exit code 6 when no step finished for this long; 0 switches the "
       "watchdog off."},

      {"box", "size_mpch", number, "1000", 1, 1e5, {},
       "Side of the periodic box, comoving Mpc/h. Paper: 1000."},
      {"box", "n", integer, "512", 4, 65536, {},
       "Particles per side. Paper: 512, a spacing of 1.95 Mpc/h."},

      {"cosmology", "Omega_m", number, "0.3175", 0.01, 1, {},
       "Total matter today, neutrinos included."},
      {"cosmology", "Omega_b", number, "0.049", 0, 1, {},
       "Baryons today."},
      {"cosmology", "h", number, "0.6711", 0.2, 2, {},
       "H0 / (100 km/s/Mpc)."},
      {"cosmology", "n_s", number, "0.9624", 0.1, 2, {},
       "Scalar spectral index."},
      {"cosmology", "A_s", number, "2.13e-9", 1e-15, 1e-6, {},
       "Primordial amplitude at k = 0.05 / Mpc; the same for every neutrino mass."},
      {"cosmology", "T_cmb", number, "2.7255", 1, 5, {},
       "Photon temperature today, K."},
      {"cosmology", "N_eff", number, "3.046", 3.0396, 5, {},
       "Effective number of neutrinos."},
      {"cosmology", "tables", text, "hades", {}, {}, {},
       "Directory of linear tables (T_cb and T_nu on a ladder of masses), or the name of one "
       "shipped in configs/cosmology."},

      {"simulate", "seeds", integers, "1", 0, 9e15, {},
       "Realisations, for example 1-8,12; every mass of one seed has the same phases."},
      {"simulate", "mnu_eV", numbers, "0,0.15", 0, 2, {},
       "Sums of the neutrino masses, eV."},
      {"simulate", "z_initial", number, "19", 0.5, 200, {},
       "Starting redshift: 19 with lpt = 2, 49 to 99 with lpt = 1."},
      {"simulate", "redshifts", numbers, "0", 0, 20, {},
       "Output redshifts, descending; with several, file names tell them apart by -z<redshift>."},
      {"simulate", "steps", integer, "30", 1, 10000, {},
       "Kick-drift-kick steps from z_initial to the last output."},
      {"simulate", "mesh_factor", integer, "2", 1, 8, {},
       "Force mesh points per particle spacing: 2 is standard, 4 to 6 resolve haloes better."},
      {"simulate", "stepping", choice, "pm", {}, {}, {"pm", "cola"},
       "Time integration: pm (plain particle-mesh), or cola (relative to perturbation theory, "
       "arXiv:1301.0322; for 20 steps or fewer, 24 more bytes per particle)."},
      {"simulate", "lpt", integer, "2", 1, 2, {},
       "Order of the Lagrangian perturbation theory of the initial conditions: 1 (Zel'dovich) or "
       "2."},
      {"simulate", "neutrinos", choice, "table", {}, {}, {"table", "supereasy", "none"},
       "Neutrino density in the Poisson equation: linear response from the tables, SuperEasy "
       "closure (arXiv:2011.12504), or none."},
      {"simulate", "fixed_amplitude", flag, "false", {}, {}, {},
       "Fix the mode amplitudes to their expectation (arXiv:1603.05253)."},
      {"simulate", "phase_flip", flag, "false", {}, {}, {},
       "Turn all phases by pi (the partner of a paired run)."},
      {"simulate", "noise", choice, "philox", {}, {}, {"philox", "ngenic"},
       "Meaning of the seeds: philox (this program's), or ngenic (the phases of N-GenIC and 2LPTic, "
       "for runs like Quijote's)."},
      {"simulate", "noise_sphere", flag, "false", {}, {}, {},
       "No modes beyond |k| = pi n / size (SphereMode 1 of N-GenIC); false: the cube."},
      {"simulate", "checkpoint_minutes", number, "10", 0, 1e5, {},
       "Time between checkpoints of a run; 0: only when it is stopped."},
      {"simulate", "wall_clock_minutes", number, "0", 0, 1e6, {},
       "Stop in time with a checkpoint and exit code 85 before this much time is used; 0: no limit. "
       "SIGUSR1, SIGTERM and a file named stop in the output directory stop as well."},
      {"simulate", "out", text, "pairs", {}, {}, {},
       "Output directory; files are <out>/pair-<seed>/mnu-<eV>.h5."},

      {"data", "pairs", texts, "", {}, {}, {},
       "Training realisations: directories pair-<seed>, comma separated; * and ? are wildcards."},
      {"data", "split", numbers, "0.7,0.2,0.1", 0, 1, {},
       "Fractions of the realisations, in order, for training, validation and test. Paper: "
       "0.7,0.2,0.1."},

      {"model", "architecture", choice, "vnet", {}, {}, {"none", "d3m", "vnet"},
       "Network: vnet (valid convolutions, residual over the prior), d3m (the paper's), none "
       "(the prior alone)."},
      {"model", "prior", choice, "rewind", {}, {}, {"none", "linear", "rewind", "za"},
       "Physics applied to the full box before the network: linear filter, particle-mesh rewind "
       "and filter (needs velocities), Zel'dovich, none."},
      {"model", "padding", choice, "halo", {}, {}, {"zero", "periodic", "halo"},
       "Edges of the tiles: halo (exact, from the periodic box), zero (the paper's d3m), "
       "periodic."},
      {"model", "channels", integer, "12", 1, 1024, {},
       "Width of the vnet; the d3m has its published 64."},
      {"model", "levels", integer, "1", 1, 5, {},
       "Down-sampling levels of the vnet; the d3m has its published 2."},

      {"prior", "steps", integer, "0", 0, 1000, {},
       "Steps of the rewind; 0 takes one per 5 % of amplitude, at least 2."},
      {"prior", "mesh_factor", integer, "2", 1, 8, {},
       "Force mesh points per particle spacing in the rewind."},
      {"prior", "velocity_smoothing_mpch", number, "1", 0, 100, {},
       "Radius that tells coherent from incoherent momenta in the rewind, Mpc/h."},
      {"prior", "velocity_damping", number, "1", 0, 1, {},
       "Share of the incoherent momenta that the rewind keeps: 1 is the plain rewind; 0.5 suits "
       "snapshots of codes with finer forces than the mesh."},

      {"loss", "lagrangian", choice, "l1", {}, {}, {"l1", "mse"},
       "Displacement loss: l1 (paper eq. 2, mean over components) or mse."},

      {"train", "epochs", integer, "20", 1, 1e6, {},
       "Passes over all crops of the training realisations."},
      {"train", "batch", integer, "4", 1, 65536, {},
       "Crops per optimiser step over all ranks together."},
      {"train", "crop", integer, "32", 4, 1024, {},
       "Side of the predicted part of a training crop, lattice sites. Paper: 32."},
      {"train", "learning_rate", number, "1e-3", 1e-9, 10, {},
       "Peak learning rate of the global batch."},
      {"train", "weight_decay", number, "0", 0, 1, {},
       "Weight decay of the optimiser."},
      {"train", "optimizer", choice, "adam", {}, {}, {"adam", "adamw"},
       "adam adds the weight decay to the gradient (the paper's kind), adamw decouples it."},
      {"train", "augment", flag, "true", {}, {}, {},
       "Random rotations and reflections of the crops (the 48 symmetries of the cube)."},
      {"train", "random_shift", flag, "true", {}, {}, {},
       "Crop origins anywhere in the periodic box, not only on the tile grid."},
      {"train", "schedule", choice, "cosine", {}, {}, {"constant", "cosine"},
       "Learning rate over the run: cosine with warm-up, or constant."},
      {"train", "ema", number, "0", 0, 0.99999, {},
       "Decay of the exponential moving average of the weights that is evaluated and published; "
       "0: none."},
      {"train", "micro_batch", integer, "4", 1, 65536, {},
       "Crops that one rank holds in memory at once; larger shares of a batch are accumulated."},
      {"train", "clip_norm", number, "0", 0, 1e6, {},
       "Largest norm of the summed gradient; longer ones are scaled down; 0: no limit."},
      {"train", "deterministic", flag, "false", {}, {}, {},
       "Only kernels that give the same bits every time (CPUs always do)."},
      {"train", "precision", choice, "fp32", {}, {}, {"fp32", "tf32", "bf16"},
       "Arithmetic of the convolutions; weights, loss and sums are always fp32."},
      {"train", "backend", choice, "auto", {}, {}, {"auto", "nccl", "mpi"},
       "Gradient all-reduce: nccl (one GPU per rank), mpi, or auto."},
      {"train", "seed", integer, "1", 0, 9e15, {},
       "Seed of weights, order of crops and augmentation."},
      {"train", "checkpoint_minutes", number, "10", 0, 1e5, {},
       "Time between checkpoints."},
      {"train", "wall_clock_minutes", number, "0", 0, 1e6, {},
       "Stop in time with a checkpoint and exit code 85 before this much time is used; 0: no "
       "limit."},
      {"train", "resume", text, "auto", {}, {}, {},
       "auto continues from the newest checkpoint that verifies, never starts anew, or the path "
       "of a checkpoint."},
      {"train", "out", text, "training", {}, {}, {},
       "Output directory: model.h5, metrics.jsonl, checkpoints/."},

      {"predict", "in", texts, "", {}, {}, {},
       "Field files of massless boxes, comma separated; * and ? are wildcards."},
      {"predict", "out", text, "predicted.h5", {}, {}, {},
       "Field file to write; for several boxes their directory: finished ones in it are skipped."},
      {"predict", "model", text, "", {}, {}, {},
       "Model file; without one, model.prior alone is applied."},
      {"predict", "mnu_eV", numbers, "0.15", 0, 2, {},
       "Sums of the neutrino masses of the boxes to make, eV."},
      {"predict", "groups", integer, "1", 1, 65536, {},
       "Sets of ranks that work on different inputs of a suite; must divide the ranks."},
      {"predict", "tile", integer, "0", 0, 1024, {},
       "Side of cubic tiles, lattice sites; 0 chooses the extent with the least work for halos that "
       "fits predict.tile_memory_gb."},
      {"predict", "tile_memory_gb", number, "3", 0.01, 1e4, {},
       "Memory per rank for the activations of one tile, GB."},
      {"predict", "velocities", flag, "true", {}, {}, {},
       "Write velocities too, where the input has them: those of the prior, since the network "
       "corrects positions only."},
      {"predict", "seams", flag, "false", {}, {}, {},
       "Measure the seams of the tiles in what the network added; always done with padded tiles."},
      {"predict", "precision", choice, "fp32", {}, {}, {"fp32", "tf32", "bf16"},
       "Arithmetic of the convolutions."},

      {"import", "snapshot", text, "", {}, {}, {},
       "Gadget snapshot, binary or HDF5: a file, or the name of a set without .0 and .hdf5."},
      {"import", "ics", text, "", {}, {}, {},
       "Initial conditions of the same run, for Lagrangian sites from positions; joined by ID."},
      {"import", "id_map", choice, "auto", {}, {}, {"auto", "ics", "tiles64", "tiles", "rowmajor"},
       "How an ID tells the lattice site: by the initial conditions, by numbered tiles of 64^3 "
       "(N-GenIC: Quijote, HADES) or of import.tile^3, row by row; auto takes what the particles "
       "bear out. Every map is proven on the whole box."},
      {"import", "tile", integer, "64", 1, 65536, {},
       "Side of the tiles of id_map = tiles, particles."},
      {"import", "out", text, "imported.h5", {}, {}, {},
       "Field file to write."},
      {"import", "neutrinos", choice, "none", {}, {}, {"none", "density"},
       "Neutrino particles: left out, or kept as their density contrast on a mesh (/density_nu)."},
      {"import", "nu_mesh", integer, "0", 0, 65536, {},
       "Mesh points per side of the neutrino density; 0: as many as CDM particles per side."},
      {"import", "mnu_eV", number, "-1", -1, 2, {},
       "Sum of the neutrino masses, eV; -1: from the masses of the particles."},
      {"import", "seed", integer, "-1", -1, 9e15, {},
       "Seed of the initial phases, to note in the field file; -1: unknown."},
      {"import", "length_unit", choice, "auto", {}, {}, {"auto", "kpch", "mpch"},
       "Unit of positions; auto reads it from the header and refuses to guess."},
      {"import", "box_size_mpch", number, "0", 0, 1e5, {},
       "Side of the box, Mpc/h, for headers that do not hold it; 0: the header's."},
      {"import", "redshift", number, "-1", -1, 1e4, {},
       "Redshift for headers that do not hold it; -1: the header's."},
      {"import", "Omega_m", number, "0", 0, 1, {},
       "Total matter today, for headers that do not hold it; 0: the header's. Omega_b, n_s and A_s, "
       "which no Gadget header holds, come from [cosmology]."},
      {"import", "h", number, "0", 0, 2, {},
       "H0 / (100 km/s/Mpc), for headers that do not hold it; 0: the header's."},

      {"export", "in", text, "", {}, {}, {},
       "Field file."},
      {"export", "out", text, "", {}, {}, {},
       "Name of the snapshot without suffix and without a dot: <out>.hdf5, or <out>.0.hdf5 and so "
       "on for several files."},
      {"export", "files", integer, "0", 0, 65536, {},
       "Number of files; 0: as few as keep each block below 1 GiB."},
      {"export", "format", choice, "hdf5", {}, {}, {"hdf5", "gadget2"},
       "Gadget HDF5, or the binary format 2."},

      {"stats", "in", texts, "", {}, {}, {},
       "Field file or Gadget snapshot (its CDM) to measure; several, comma separated or by wildcards, make an ensemble."},
      {"stats", "target", texts, "", {}, {}, {},
       "Field file or snapshot to compare with (optional), one for each of stats.in: adds target, cross, T "
       "and r."},
      {"stats", "out", text, "stats.h5", {}, {}, {},
       "Statistics file to write; of an ensemble: means and errors, beside a file of each "
       "realisation (stats-1.h5, ...)."},
      {"stats", "mesh", integer, "0", 0, 65536, {},
       "Mesh points per side; 0: as many as particles per side."},
      {"stats", "assignment", choice, "cic", {}, {}, {"ngp", "cic", "tsc", "pcs"},
       "Mass assignment."},
      {"stats", "interlace", flag, "false", {}, {}, {},
       "Two shifted meshes, which cancel the odd aliases (power only)."},
      {"stats", "shot_noise", choice, "raw", {}, {}, {"raw", "subtract"},
       "raw leaves the shot noise V/N in the power, subtract removes it."},
      {"stats", "statistics", texts, "power,pdf,residual", {}, {},
       {"power", "multipoles", "bispectrum", "pdf", "residual", "seams", "voids"},
       "What to measure."},
      {"stats", "independent", texts, "", {}, {}, {},
       "One or two other realisations of the target's mass (optional): the yardstick of the "
       "residuals."},
      {"stats", "resume", choice, "auto", {}, {}, {"auto", "never"},
       "auto keeps the statistics that stats.out holds already, of the same inputs with the same "
       "settings; never measures everything anew."},

      {"multipoles", "axis", choice, "z", {}, {}, {"x", "y", "z"},
       "Line of sight of redshift space: the axis along which velocities move positions."},

      {"bispectrum", "k1", number, "0.15", 0, 100, {},
       "First side of the triangles, h/Mpc. Paper: 0.15."},
      {"bispectrum", "k2", number, "0.25", 0, 100, {},
       "Second side, h/Mpc. Paper: 0.25."},
      {"bispectrum", "n_theta", integer, "25", 2, 10000, {},
       "Angles between the two sides, from 0 (k3 = k1 + k2) to pi, evenly spaced."},
      {"bispectrum", "bins_kF", numbers, "0", 0, 1e5, {},
       "Lowest edge, highest edge and width of shells in units of 2 pi / box: all their triangles "
       "are measured as well, for example 3,30,3. 0: none."},

      {"pdf", "radius_mpch", numbers, "10", 0.01, 1e4, {},
       "Radii of the top-hat, Mpc/h. Paper: 10."},
      {"pdf", "filter", choice, "discrete", {}, {}, {"discrete", "analytic"},
       "discrete: mean over the cells within the radius; analytic: Fourier top-hat."},
      {"pdf", "edges", numbers, "-2,2,100", -10, 1e5, {},
       "log10 of the lowest and highest edge of rho/mean and the number of edges."},

      {"residual", "slab_mpch", number, "15", 0.001, 1e5, {},
       "Depth of the projected slab of the maps, Mpc/h; whole cells. Paper: 15."},
      {"residual", "smoothing_mpch", number, "0", 0, 1e4, {},
       "Radius of the analytic top-hat that smooths the densities before they are compared; 0: "
       "none."},

      {"seams", "tile", integer, "32", 17, 1024, {},
       "Edge of the tiles whose faces are looked for in the errors, lattice sites. Paper: 32."},

      {"voids", "threshold", number, "-0.7", -1, 0, {},
       "A void's centre has a smoothed contrast below it. Usual: -0.7, Quijote: -0.5."},
      {"voids", "radii_cells", numbers, "", 1, 1e5, {},
       "Radii in mesh cells, descending, below half the mesh; 4 or more are resolved. Empty: those "
       "of Quijote, 41, 39, ..., 5, as far as they are below half the mesh."},
      {"voids", "assignment", choice, "same", {}, {}, {"same", "ngp", "cic", "tsc", "pcs"},
       "Mass assignment; same: stats.assignment, which shares its mesh. Quijote: pcs."},
      {"voids", "rule", choice, "exclusive", {}, {}, {"exclusive", "pylians"},
       "exclusive: spheres never overlap; pylians: its weaker rule once the box holds many "
       "voids."},
      {"voids", "profile_shells", integer, "30", 0, 1000, {},
       "Shells of the stacked density profiles; 0: none."},
      {"voids", "profile_extent", number, "3", 0.1, 20, {},
       "Outer edge of the profiles in units of the void's radius."},

      {"bench", "what", choice, "fft", {}, {},
       {"fft", "io", "simulate", "snapshot", "stats", "predict"},
       "Component to measure; every row names the limit that was measured in the same run."},
      {"bench", "n", integer, "128", 8, 8192, {},
       "Size: mesh points or particles per side."},
      {"bench", "repeats", integer, "3", 1, 1000, {},
       "Repetitions; the fastest counts, since other work on the machine only slows down."},
      {"bench", "directory", text, ".", {}, {}, {},
       "Where io and simulate make their files; they are removed at the end."},
      {"bench", "out", text, "", {}, {}, {},
       "JSON file to write; empty: the table alone."},

      {"info", "in", text, "", {}, {}, {},
       "File to describe; of a Gadget snapshot in several files, one of them or the name without number."},
  };
  // clang-format on
}

}  // namespace

const std::vector<Option>& option_table() {
  static const std::vector<Option> table = make_table();
  return table;
}

const Option* find_option(std::string_view name) {
  const auto& table = option_table();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Option& o) { return o.name() == name; });
  return found == table.end() ? nullptr : &*found;
}

const std::vector<Command>& command_table() {
  static const std::vector<Command> commands = {
      {"simulate",
       "matched pairs of boxes, one per neutrino mass, from the same phases",
       {"run", "box", "cosmology", "simulate"}},
      {"train",
       "a network on pairs of boxes",
       {"run", "cosmology", "data", "model", "prior", "loss", "train"}},
      {"predict",
       "the massive-neutrino box of a massless one",
       {"run", "cosmology", "model", "prior", "predict"}},
      {"import", "a Gadget snapshot onto its Lagrangian lattice", {"run", "cosmology", "import"}},
      {"export", "a box as a Gadget snapshot", {"run", "export"}},
      {"stats",
       "power, transfer function, multipoles, bispectrum, density PDF, residuals and voids of "
       "boxes",
       {"run", "stats", "multipoles", "bispectrum", "pdf", "residual", "seams", "voids"}},
      {"bench",
       "speed of one component, against a limit measured beside it",
       {"run", "bench", "model", "predict"}},
      {"info", "what a nubox file or a Gadget snapshot holds", {"run", "info"}},
  };
  return commands;
}

bool is_command(std::string_view name) {
  return std::ranges::any_of(command_table(), [&](const Command& c) { return c.name == name; });
}

}  // namespace nubox::config
