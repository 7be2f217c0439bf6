#include "config/option_rows.hpp"

namespace nubox::config {

// clang-format off
std::vector<Option> measure_options() {
  return {
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
       "Two shifted meshes, which cancel the odd aliases (power, multipoles, bispectrum)."},
      {"stats", "shot_noise", choice, "raw", {}, {}, {"raw", "subtract"},
       "raw leaves the shot noise V/N in the power, subtract removes it."},
      {"stats", "statistics", texts, "power,pdf,residual", {}, {},
       {"power", "multipoles", "bispectrum", "pdf", "residual", "seams", "voids"},
       "What to measure."},
      {"stats", "independent", texts, "", {}, {}, {},
       "One or two field files of the target's mass from other seeds (optional): the yardstick of the "
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
       {"fft", "io", "simulate", "snapshot", "stats", "predict", "train", "allreduce"},
       "Component to measure; every row names the limit that was measured in the same run."},
      {"bench", "n", integer, "128", 8, 8192, {},
       "Size: mesh points or particles per side."},
      {"bench", "repeats", integer, "3", 1, 1000, {},
       "Repetitions; the fastest counts, since other work on the machine only slows down."},
      {"bench", "directory", text, ".", {}, {}, {},
       "Where io, simulate and snapshot make their files; they are removed at the end."},
      {"bench", "out", text, "", {}, {}, {},
       "JSON file to write; empty: the table alone."},

      {"doctor", "checks", texts, "conv,sums,mpi,hdf5,fft,clock,binding,needs", {}, {},
       {"conv", "sums", "mpi", "hdf5", "fft", "clock", "binding", "needs"},
       "What to examine."},
      {"doctor", "n", integer, "64", 8, 4096, {},
       "Points per side of the mesh that is transformed and of the field that is written."},
      {"doctor", "directory", text, ".", {}, {}, {},
       "Where files are written, locked and read back: the file system that runs will use."},
      {"doctor", "json", text, "", {}, {}, {},
       "JSON file to write beside the table; -: JSON on stdout in its place. Also --json[=FILE]."},
      {"doctor", "strict", flag, "false", {}, {}, {},
       "Take warnings (slow, oversubscribed) for failures, as when a machine is accepted."},

      {"info", "in", text, "", {}, {}, {},
       "File to describe; of a Gadget snapshot in several files, one of them or the name without number."},
  };
}
// clang-format on

}  // namespace nubox::config
