#include "config/option_rows.hpp"

namespace nubox::config {

// clang-format off
std::vector<Option> network_options() {
  return {
      {"data", "pairs", texts, "", {}, {}, {},
       "Training realisations: directories pair-<seed>, comma separated; * and ? are wildcards."},
      {"data", "split", numbers, "0.7,0.2,0.1", 0, 1, {},
       "Fractions of the realisations, in order, for training, validation and test; applied to "
       "each wildcard of data.pairs separately. Paper: 0.7,0.2,0.1."},
      {"data", "cache", text, "", {}, {}, {},
       "Directory on a local disk for the fields of the pairs, if they do not fit into memory: "
       "they are mapped from unnamed files, which disappear with the process. Empty: memory."},

      {"model", "architecture", choice, "vnet", {}, {},
       {"none", "d3m", "d3m_inception", "d3m_deep", "vnet"},
       "Network: vnet (valid convolutions, corrects the prior), d3m (of the paper) and its "
       "variants with inception modules or twice the layers, none (the prior alone; train then "
       "calibrates it)."},
      {"model", "prior", choice, "rewind", {}, {}, {"none", "linear", "rewind", "za"},
       "Physics applied to the full box before the network: linear filter, particle-mesh rewind "
       "and filter (needs velocities), Zel'dovich, none."},
      {"model", "padding", choice, "halo", {}, {}, {"zero", "periodic", "halo"},
       "Edges of the tiles: halo (exact, from the periodic box), zero (d3m of the paper), "
       "periodic."},
      {"model", "channels", integer, "0", 0, 1024, {},
       "Channels of the network at full resolution (d3m: doubled on each level); 0: 16 for vnet, "
       "as in the shipped model, 64 for d3m, as published."},
      {"model", "levels", integer, "0", 0, 5, {},
       "Number of times that the resolution is halved; 0: 1 for vnet, 2 for d3m, as published."},

      {"prior", "epoch_k_hmpc", number, "0.2", 0.02, 10, {},
       "Wavenumber at which the rewound box has the linear amplitude of the massive one, h/Mpc; version "
       "0.1 used 3. predict takes that of the model file."},
      {"prior", "steps", integer, "0", 0, 1000, {},
       "Steps of the rewind; 0: one per 5 % of amplitude, at least 2."},
      {"prior", "mesh_factor", integer, "2", 1, 8, {},
       "Points of the force mesh per particle spacing in the rewind."},
      {"prior", "calibrate", flag, "true", {}, {}, {},
       "train fits velocity_smoothing_mpch, velocity_damping and a gain G(k) to the training "
       "pairs and stores them in the model file, from which predict takes them; false: the "
       "values below, no gain."},
      {"prior", "velocity_smoothing_mpch", number, "1", 0, 100, {},
       "Smoothing radius that separates coherent from incoherent momenta in the rewind, Mpc/h."},
      {"prior", "velocity_damping", number, "1", 0, 1, {},
       "Fraction of the incoherent momenta that the rewind keeps: 1 is the plain rewind; 0.5 "
       "suits snapshots of codes with a finer force resolution than the mesh."},

      {"loss", "lagrangian", choice, "l1", {}, {}, {"l1", "mse"},
       "Displacement loss L: l1 (paper eq. 2, mean over components) or mse."},
      {"loss", "eulerian", number, "0", 0, 100, {},
       "Exponent of L_eul, the mean square error of the CIC density. If this or one of the next "
       "two options is not 0, log(L^3 L_eul^eulerian L_grad^gradient) + spectral L_spec of each "
       "crop is minimised instead of L; 1 is Jamieson et al. 2022; 0: off."},
      {"loss", "gradient", number, "0", 0, 100, {},
       "Exponent of L_grad, the mean square error of the gradients of the displacement; 0: off."},
      {"loss", "spectral", number, "0", 0, 10000, {},
       "Weight of L_spec, the squared error of ln P of the density of the crop above 0.3 h/Mpc; "
       "0: off."},

      {"train", "epochs", integer, "20", 1, 1e6, {},
       "Passes over all crops of the training realisations."},
      {"train", "calibrate", flag, "true", {}, {}, {},
       "After training, fit a gain G(k) of the predicted displacements to the training pairs, so "
       "that the mean T(k) is one where this increases the displacement error only little; "
       "residual networks only."},
      {"train", "batch", integer, "4", 1, 65536, {},
       "Crops per optimiser step, on all ranks together."},
      {"train", "crop", integer, "32", 4, 1024, {},
       "Side of the predicted part of a training crop, lattice sites. Paper: 32."},
      {"train", "learning_rate", number, "1e-3", 1e-9, 10, {},
       "Peak learning rate for the global batch."},
      {"train", "weight_decay", number, "0", 0, 1, {},
       "Weight decay of the optimiser."},
      {"train", "optimizer", choice, "adam", {}, {}, {"adam", "adamw"},
       "adam adds the weight decay to the gradient (as the paper does), adamw decouples it."},
      {"train", "select", choice, "spectra", {}, {}, {"spectra", "loss"},
       "Criterion for the best epoch on the validation boxes: spectra of the fully predicted "
       "boxes (mean |T-1| + (1-r) over boxes and bins in 0.1 < k < 1 h/Mpc), or loss of their "
       "crops."},
      {"train", "select_every", integer, "1", 1, 1e6, {},
       "Epochs between two evaluations of this criterion; the last epoch is always evaluated."},
      {"train", "augment", flag, "true", {}, {}, {},
       "Random rotations and reflections of the crops (the 48 symmetries of the cube)."},
      {"train", "random_shift", flag, "true", {}, {}, {},
       "Crop origins at random sites of the periodic box, not only on the tile grid."},
      {"train", "schedule", choice, "cosine", {}, {}, {"constant", "cosine"},
       "Learning rate during the run: cosine with warm-up, or constant."},
      {"train", "ema", number, "0", 0, 0.99999, {},
       "Decay of the exponential moving average of the weights, which is evaluated and "
       "published; 0: none."},
      {"train", "micro_batch", integer, "4", 1, 65536, {},
       "Crops that a rank processes at once; gradients of larger shares of a batch are "
       "accumulated."},
      {"train", "clip_norm", number, "0", 0, 1e6, {},
       "Largest norm of the summed gradient; larger gradients are scaled down; 0: no limit."},
      {"train", "deterministic", flag, "false", {}, {}, {},
       "Use only kernels that give the same bits every time (CPUs always do)."},
      {"train", "batch_norm", choice, "local", {}, {}, {"local", "sync"},
       "Statistics of the batch normalisation in training: local (crops of a rank), or sync "
       "(crops of all ranks in a pass, as if one rank had them all)."},
      {"train", "precision", choice, "fp32", {}, {}, {"fp32", "tf32", "bf16"},
       "Arithmetic of the convolutions; weights, loss and sums are always fp32."},
      {"train", "backend", choice, "auto", {}, {}, {"auto", "nccl", "mpi"},
       "Gradient all-reduce: nccl (one GPU per rank), mpi, or auto."},
      {"train", "check_sums", flag, "false", {}, {}, {},
       "Before every gradient sum all ranks compare its number, position and length, and name "
       "the rank whose sum differs. Slow."},
      {"train", "seed", integer, "1", 0, 9e15, {},
       "Seed of weights, order of crops and augmentation."},
      {"train", "checkpoint_minutes", number, "10", 0, 1e5, {},
       "Time between checkpoints."},
      {"train", "wall_clock_minutes", number, "0", 0, 1e6, {},
       "Stop with a checkpoint and exit code 85 before this much time has passed; 0: no limit."},
      {"train", "resume", text, "auto", {}, {}, {},
       "auto continues from the newest valid checkpoint, never starts from the beginning, a path "
       "continues from that checkpoint."},
      {"train", "start", text, "", {}, {}, {},
       "Model file, or the name of a shipped one, that training starts from (fine-tuning): its "
       "weights, scales and calibrated prior. Its architecture, prior and channels must equal "
       "the configured ones."},
      {"train", "out", text, "training", {}, {}, {},
       "Output directory: model.h5, metrics.jsonl, checkpoints/."},

      {"predict", "in", texts, "", {}, {}, {},
       "Massless boxes, comma separated; * and ? are wildcards: field files, or Gadget snapshots, which "
       "are read with the options of [import]."},
      {"predict", "ics", text, "", {}, {}, {},
       "Field file with the initial conditions of the input, for the prior za if the header of "
       "the input does not name its phases."},
      {"predict", "out", text, "predicted.h5", {}, {}, {},
       "Field file to write; for several boxes, or if it ends in /, their directory, in which "
       "finished boxes are skipped."},
      {"predict", "format", choice, "field", {}, {}, {"field", "gadget"},
       "A field file (<box>.h5), or a Gadget HDF5 snapshot as written by export (<box>.hdf5 for "
       "one box, mnu-<eV>/snap.hdf5 in a suite)."},
      {"predict", "files", integer, "0", 0, 65536, {},
       "Files of a Gadget snapshot; 0: as few as keep each block below 1 GiB."},
      {"predict", "model", text, "default.h5", {}, {}, {},
       "Model file, or the name of one shipped in configs/models. If it is not given but "
       "model.prior is, the prior alone is applied."},
      {"predict", "mnu_eV", numbers, "0.15", 0, 2, {},
       "Sums of the neutrino masses of the boxes to predict, eV."},
      {"predict", "match", choice, "A_s", {}, {}, {"A_s", "sigma8", "sigma8_cb"},
       "Amplitude that a massive box has in common with its input: the primordial A_s (HADES), or "
       "the linear sigma8 at z = 0 of all matter (Quijote's Mnu_p, Mnu_pp and Mnu_ppp) or of CDM and "
       "baryons."},
      {"predict", "A_s", number, "0", 0, 1e-6, {},
       "A_s of the massive boxes, in place of predict.match; 0: by predict.match."},
      {"predict", "groups", integer, "1", 1, 65536, {},
       "Groups of ranks that work on different inputs of a suite; must divide the number of "
       "ranks."},
      {"predict", "part", text, "1/1", {}, {}, {},
       "Share of the inputs that this job predicts, for arrays of jobs over one list: 2/8 is every "
       "eighth input from the second on."},
      {"predict", "directories", integer, "-1", -1, 100, {},
       "Directories at the end of an input's path that the path of its output keeps; -1: those below "
       "the deepest directory that contains all inputs."},
      {"predict", "tile", integer, "0", 0, 1024, {},
       "Side of cubic tiles, lattice sites; 0: the extent with the least work for halos that "
       "fits predict.tile_memory_gb."},
      {"predict", "tile_memory_gb", number, "1.5", 0.01, 1e4, {},
       "Memory per rank for the tiles of one network call, GB; a GPU works on two calls at a "
       "time."},
      {"predict", "velocities", flag, "true", {}, {}, {},
       "Write velocities as well, if the input has them: those of the prior, since the network "
       "corrects positions only."},
      {"predict", "neutrino_field", flag, "false", {}, {}, {},
       "Write the density contrast of the neutrinos as well (/density_nu): the linear response "
       "to the predicted particles. stats then measures all matter in addition to CDM and "
       "baryons."},
      {"predict", "neutrino_mesh", integer, "0", 0, 65536, {},
       "Mesh points per side of the neutrino density; 0: as many as particles per side."},
      {"predict", "seams", flag, "false", {}, {}, {},
       "Measure the seams between tiles in the increment of the network; always done with padded "
       "tiles."},
      {"predict", "precision", choice, "fp32", {}, {}, {"fp32", "tf32", "bf16"},
       "Arithmetic of the convolutions."},
  };
}
// clang-format on

}  // namespace nubox::config
