#include "config/option_rows.hpp"

namespace nubox::config {

// clang-format off
std::vector<Option> box_options() {
  return {
      {"run", "watchdog_minutes", number, "30", 0, 1e4, {},
       "End the job with exit code 6 if no step finished for this long; 0 disables the watchdog."},

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
       "Primordial amplitude at k = 0.05 / Mpc of the massless boxes; massive ones: predict.match, "
       "simulate.match."},
      {"cosmology", "T_cmb", number, "2.7255", 1, 5, {},
       "Photon temperature today, K."},
      {"cosmology", "N_eff", number, "3.046", 3.0396, 5, {},
       "Effective number of neutrinos."},
      {"cosmology", "tables", text, "hades", {}, {}, {},
       "Directory of linear tables (T_cb and T_nu for several neutrino masses), or the name of "
       "one shipped in configs/cosmology."},

      {"simulate", "seeds", integers, "1", 0, 9e15, {},
       "Realisations, for example 1-8,12; all masses of a seed have the same initial phases."},
      {"simulate", "mnu_eV", numbers, "0,0.15", 0, 2, {},
       "Sums of the neutrino masses, eV."},
      {"simulate", "match", choice, "A_s", {}, {}, {"A_s", "sigma8", "sigma8_cb"},
       "Amplitude that all masses of a seed have in common: the primordial A_s, or the linear sigma8 "
       "at z = 0 of all matter (as in Quijote) or of CDM and baryons."},
      {"simulate", "z_initial", number, "19", 0.5, 200, {},
       "Starting redshift: 19 with lpt = 2, 49 to 99 with lpt = 1."},
      {"simulate", "redshifts", numbers, "0", 0, 200, {},
       "Output redshifts, descending; with several, file names get the suffix -z<redshift>. The "
       "first may be z_initial: the initial conditions."},
      {"simulate", "steps", integer, "30", 1, 10000, {},
       "Kick-drift-kick steps from z_initial to the last output."},
      {"simulate", "force", choice, "pm", {}, {}, {"pm", "p3m"},
       "Gravity: pm (particle mesh), or p3m (particle mesh and pair forces, with the resolution "
       "of a TreePM code; 250 steps unless simulate.steps is given)."},
      {"simulate", "softening_mpch", number, "0", 0, 1000, {},
       "Plummer-equivalent softening of the pair forces, Mpc/h; 0: 1/40 of the particle spacing."},
      {"simulate", "accuracy", number, "0", 0, 10, {},
       "Steps of p3m that follow the largest acceleration, in place of a fixed number: dt = sqrt(2 "
       "accuracy softening / a_max). Gadget's default is 0.025; 0: simulate.steps."},
      {"simulate", "mesh_factor", integer, "2", 1, 8, {},
       "Points of the force mesh per particle spacing: 2 is standard, 4 to 6 resolve haloes "
       "better."},
      {"simulate", "stepping", choice, "pm", {}, {}, {"pm", "cola"},
       "Time integration: pm (plain particle-mesh), or cola (relative to perturbation theory, "
       "arXiv:1301.0322; for 20 steps or fewer, needs 24 more bytes per particle)."},
      {"simulate", "lpt", integer, "2", 1, 2, {},
       "Order of the Lagrangian perturbation theory of the initial conditions: 1 (Zel'dovich) or "
       "2."},
      {"simulate", "neutrinos", choice, "table", {}, {}, {"table", "supereasy", "none"},
       "Neutrino density in the Poisson equation: linear response from the tables, SuperEasy "
       "closure (arXiv:2011.12504), or none."},
      {"simulate", "ics", text, "", {}, {}, {},
       "Field file of massless initial conditions (of simulate, or imported) whose phases every mass "
       "takes, in place of those of simulate.seeds; z_initial and lpt are then the file's unless "
       "given."},
      {"simulate", "continue", flag, "false", {}, {}, {},
       "The massless box goes on from exactly the positions and velocities of simulate.ics, at its "
       "redshift; false: it starts from linear theory as the other masses do."},
      {"simulate", "fixed_amplitude", flag, "false", {}, {}, {},
       "Set the mode amplitudes to their expectation value (arXiv:1603.05253)."},
      {"simulate", "phase_flip", flag, "false", {}, {}, {},
       "Shift all phases by pi (for the second run of a pair)."},
      {"simulate", "noise", choice, "philox", {}, {}, {"philox", "ngenic"},
       "Random numbers that belong to a seed: philox (of nubox), or ngenic (the phases of "
       "N-GenIC and 2LPTic, as in Quijote)."},
      {"simulate", "noise_sphere", flag, "false", {}, {}, {},
       "Set modes beyond |k| = pi n / size to zero (SphereMode 1 of N-GenIC); false: keep the "
       "full cube of modes."},
      {"simulate", "checkpoint_minutes", number, "10", 0, 1e5, {},
       "Time between checkpoints of a run; 0: only when it is stopped."},
      {"simulate", "wall_clock_minutes", number, "0", 0, 1e6, {},
       "Stop with a checkpoint and exit code 85 before this much time has passed; 0: no limit. "
       "SIGUSR1, SIGTERM and a file named stop in the output directory have the same effect."},
      {"simulate", "out", text, "pairs", {}, {}, {},
       "Output directory; files are <out>/pair-<seed>/mnu-<eV>.h5."},

      {"import", "snapshot", texts, "", {}, {}, {},
       "Gadget snapshot, binary or HDF5: a file, or the name of a set of files without .0 and "
       ".hdf5; several, comma separated or by wildcards, form a suite."},
      {"import", "ics", texts, "", {}, {}, {},
       "Initial conditions of the same run, one for each snapshot: Lagrangian sites follow from "
       "their positions, particles are matched by ID."},
      {"import", "id_map", choice, "auto", {}, {}, {"auto", "ics", "tiles64", "tiles", "rowmajor"},
       "Map from IDs to lattice sites: initial conditions (ics), numbering by tiles of 64^3 "
       "(tiles64; N-GenIC: Quijote, HADES) or of import.tile^3 (tiles), row-major numbering; "
       "auto tests them on the particles. Every map is verified on the whole box."},
      {"import", "tile", integer, "64", 1, 65536, {},
       "Side of the tiles of import.id_map = tiles, in particles."},
      {"import", "out", text, "imported.h5", {}, {}, {},
       "Field file to write; for several snapshots, or if it ends in /, their directory, in which "
       "finished boxes are skipped."},
      {"import", "neutrinos", choice, "none", {}, {}, {"none", "density"},
       "Neutrino particles: ignored, or stored as their density contrast on a mesh "
       "(/density_nu)."},
      {"import", "nu_mesh", integer, "0", 0, 65536, {},
       "Mesh points per side of the neutrino density; 0: as many as CDM particles per side."},
      {"import", "outliers", choice, "refuse", {}, {}, {"refuse", "warn"},
       "Particles whose displacement or velocity has nothing in common with those of their lattice "
       "neighbours, a sign of damage: refused, or counted with a warning."},
      {"import", "mnu_eV", number, "-1", -1, 2, {},
       "Sum of the neutrino masses, eV; -1: from the masses of the particles."},
      {"import", "cdm_type", integer, "-1", -1, 6, {},
       "Particle type of the cold dark matter; -1: 1."},
      {"import", "neutrino_type", integer, "-1", -1, 6, {},
       "Particle type of the neutrinos; -1: 2, in SWIFT files 6."},
      {"import", "mesh_factor", integer, "-1", -1, 1024, {},
       "Force mesh points per particle spacing of the run that made the snapshot, which the calibration of "
       "a model depends on; 0: forces finer than a mesh (TreePM); -1: as an export noted it, else unknown."},
      {"import", "seed", integer, "-1", -1, 9e15, {},
       "Seed of the initial phases, recorded in the field file; -1: unknown."},
      {"import", "length_unit", choice, "auto", {}, {}, {"auto", "kpch", "mpch"},
       "Unit of positions; auto takes it from the header, and fails if the header does not "
       "determine it."},
      {"import", "box_size_mpch", number, "0", 0, 1e5, {},
       "Side of the box, Mpc/h, for headers without it; 0: from the header."},
      {"import", "redshift", number, "-1", -1, 1e4, {},
       "Redshift, for headers without it; -1: from the header."},
      {"import", "Omega_m", number, "0", 0, 1, {},
       "Total matter today, for headers without it; 0: from the header. Omega_b, n_s and A_s, "
       "which Gadget headers do not contain, come from [cosmology]."},
      {"import", "h", number, "0", 0, 2, {},
       "H0 / (100 km/s/Mpc), for headers without it; 0: from the header."},

      {"export", "in", text, "", {}, {}, {},
       "Field file."},
      {"export", "out", text, "", {}, {}, {},
       "Name of the snapshot without suffix and without a dot: <out>.hdf5, or <out>.0.hdf5 and so "
       "on for several files."},
      {"export", "files", integer, "0", 0, 65536, {},
       "Number of files; 0: as few as keep each block below 1 GiB."},
      {"export", "format", choice, "hdf5", {}, {}, {"hdf5", "gadget2"},
       "Gadget HDF5, or the binary format 2."},
  };
}
// clang-format on

}  // namespace nubox::config
