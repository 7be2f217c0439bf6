#include "config/option_rows.hpp"

namespace nubox::config {

// clang-format off
std::vector<Option> measure_options() {
  return {
      {"stats", "in", texts, "", {}, {}, {},
       "Field file or Gadget snapshot (its CDM) to measure; several, comma separated or by "
       "wildcards, form an ensemble."},
      {"stats", "target", texts, "", {}, {}, {},
       "Field file or snapshot to compare with (optional), one for each of stats.in: adds the "
       "spectra of the target, cross spectra, T and r."},
      {"stats", "out", text, "stats.h5", {}, {}, {},
       "Statistics file to write. Of an ensemble: means and errors, next to one file for each "
       "realisation (stats-1.h5, ...)."},
      {"stats", "mesh", integer, "0", 0, 65536, {},
       "Mesh points per side; 0: as many as particles per side."},
      {"stats", "assignment", choice, "cic", {}, {}, {"ngp", "cic", "tsc", "pcs"},
       "Mass assignment."},
      {"stats", "interlace", flag, "false", {}, {}, {},
       "Use two shifted meshes in real space, which cancels the odd aliases (power, correlation, "
       "bispectrum)."},
      {"stats", "shot_noise", choice, "raw", {}, {}, {"raw", "subtract"},
       "raw keeps the shot noise V/N in the power, subtract removes it."},
      {"stats", "statistics", texts, "power,pdf,residual", {}, {},
       {"power", "multipoles", "correlation", "bispectrum", "marked", "pdf", "residual",
        "seams", "minkowski", "knn", "haloes", "voids"},
       "Statistics to measure."},
      {"stats", "independent", texts, "", {}, {}, {},
       "One or two field files of the target's mass from other seeds (optional), which give the "
       "scale for the residuals."},
      {"stats", "resume", choice, "auto", {}, {}, {"auto", "never"},
       "auto keeps the statistics that stats.out already contains for the same inputs and "
       "settings; never measures everything again."},

      {"multipoles", "axis", choice, "z", {}, {}, {"x", "y", "z"},
       "Line of sight for redshift space: the axis along which velocities displace positions."},
      {"multipoles", "interlace", flag, "true", {}, {}, {},
       "Two shifted meshes in redshift space (multipoles, correlation, haloes), where aliases change "
       "the quadrupole."},

      {"correlation", "radii_mpch", numbers, "2,150,75", 0, 1e5, {},
       "Smallest and largest separation of the correlation function, Mpc/h, and their number; those "
       "above half the box are left out."},
      {"correlation", "smoothing_cells", number, "1", 0, 100, {},
       "Gaussian that damps the power before the transform, mesh cells; 0: none."},

      {"marked", "radius_mpch", number, "10", 0.01, 1e4, {},
       "Radius of the top-hat of the density that gives the mark, Mpc/h. Massara et al.: 10."},
      {"marked", "delta_s", number, "0.25", 0, 1e6, {},
       "delta_s of the mark ((1 + delta_s) / (1 + delta_s + delta_R))^p. Massara et al.: 0.25."},
      {"marked", "p", number, "2", -100, 100, {},
       "Power p of the mark; positive: low densities count more. Massara et al.: 2."},

      {"bispectrum", "k1", number, "0.15", 0, 100, {},
       "First side of the triangles, h/Mpc. Paper: 0.15."},
      {"bispectrum", "k2", number, "0.25", 0, 100, {},
       "Second side, h/Mpc. Paper: 0.25."},
      {"bispectrum", "n_theta", integer, "25", 2, 10000, {},
       "Angles between the two sides, from 0 (k3 = k1 + k2) to pi, evenly spaced."},
      {"bispectrum", "bins_kF", numbers, "0", 0, 1e5, {},
       "Lowest edge, highest edge and width of shells in units of 2 pi / box, for example "
       "3,30,3: all triangles of these shells are measured as well. 0: none."},

      {"pdf", "radius_mpch", numbers, "10", 0.01, 1e4, {},
       "Radii of the top-hat, Mpc/h. Paper: 10."},
      {"pdf", "filter", choice, "discrete", {}, {}, {"discrete", "analytic"},
       "discrete: mean over the cells within the radius; analytic: top-hat in Fourier space."},
      {"pdf", "edges", numbers, "-2,2,100", -10, 1e5, {},
       "log10 of the lowest and highest edge of rho/mean and the number of edges."},

      {"residual", "slab_mpch", number, "15", 0.001, 1e5, {},
       "Depth of the projected slab of the maps, Mpc/h, rounded to whole cells. Paper: 15."},
      {"residual", "smoothing_mpch", number, "0", 0, 1e4, {},
       "Radius of the analytic top-hat that smooths the densities before the comparison, Mpc/h; "
       "0: none."},

      {"seams", "tile", integer, "32", 17, 1024, {},
       "Side of the tiles at whose faces the errors are examined, lattice sites. Paper: 32."},

      {"minkowski", "radius_mpch", number, "10", 0.01, 1e4, {},
       "Radius of the Gaussian that smooths the density for Minkowski functionals, Mpc/h; a mesh "
       "cell or more."},
      {"minkowski", "thresholds", numbers, "-1,2.15,64", -1e4, 1e4, {},
       "Lowest and highest threshold of the smoothed density contrast, and their number."},

      {"knn", "points", integer, "100", 1, 4096, {},
       "Points per side of the grid from which distances to particles are measured."},
      {"knn", "k", integers, "1,2,4,8", 1, 1000, {},
       "Which neighbours: the k-th nearest particle, ascending."},
      {"knn", "radii_mpch", numbers, "0.5,20,40", 0, 1e5, {},
       "Lowest and highest distance of the distribution functions, Mpc/h, and their number."},

      {"haloes", "linking_length", number, "0.2", 0, 1e6, {},
       "Linking length of friends of friends in units of the mean distance of particles, "
       "box / N^(1/3); above 0 and below half the box."},
      {"haloes", "min_particles", integer, "20", 2, 1e9, {},
       "Particles of the smallest halo."},
      {"haloes", "mass_edges", numbers, "10,16,31", 0, 1e4, {},
       "log10 of the lowest and highest edge of the halo mass function, Msun/h, and the number of "
       "edges."},
      {"haloes", "power", flag, "true", {}, {}, {},
       "Measure power spectra, bias, redshift-space multipoles and pairwise velocities of haloes."},
      {"haloes", "min_mass", number, "0", 0, 1e18, {},
       "Least mass of the haloes in these spectra and velocities, Msun/h."},
      {"haloes", "pair_distance_mpch", number, "30", 0.1, 1000, {},
       "Largest distance of pairs of haloes for their pairwise velocity, Mpc/h."},

      {"voids", "threshold", number, "-0.7", -1, 0, {},
       "Upper limit of the smoothed density contrast at the centre of a void. Usual: -0.7, "
       "Quijote: -0.5."},
      {"voids", "radii_cells", numbers, "", 1, 1e5, {},
       "Radii in mesh cells, descending, below half the mesh; 4 or more are resolved. Empty: "
       "those of Quijote, 41, 39, ..., 5, that are below half the mesh."},
      {"voids", "assignment", choice, "same", {}, {}, {"same", "ngp", "cic", "tsc", "pcs"},
       "Mass assignment; same: stats.assignment, so that the mesh is shared. Quijote: pcs."},
      {"voids", "rule", choice, "exclusive", {}, {}, {"exclusive", "pylians"},
       "exclusive: spheres never overlap; pylians: the weaker rule that Pylians applies once the "
       "box contains many voids."},
      {"voids", "profile_shells", integer, "30", 0, 1000, {},
       "Number of shells of the stacked density profiles; 0: no profiles."},
      {"voids", "profile_extent", number, "3", 0.1, 20, {},
       "Outer edge of the profiles in units of the void radius."},

      {"bench", "what", choice, "fft", {}, {},
       {"fft", "io", "simulate", "snapshot", "stats", "predict", "train", "allreduce"},
       "Component to measure; every row names the limit that it is compared with, measured in "
       "the same run."},
      {"bench", "n", integer, "128", 8, 8192, {},
       "Size: mesh points or particles per side."},
      {"bench", "repeats", integer, "3", 1, 1000, {},
       "Repetitions; the fastest counts, since other work on the machine only slows down."},
      {"bench", "directory", text, ".", {}, {}, {},
       "Directory for the temporary files of io, simulate and snapshot."},
      {"bench", "out", text, "", {}, {}, {},
       "JSON file to write; empty: print only the table."},

      {"doctor", "checks", texts, "conv,sums,mpi,hdf5,fft,clock,binding,needs", {}, {},
       {"conv", "sums", "mpi", "hdf5", "fft", "clock", "binding", "needs"},
       "What to examine."},
      {"doctor", "n", integer, "64", 8, 4096, {},
       "Points per side of the mesh for the FFT check and of the field for the file check."},
      {"doctor", "directory", text, ".", {}, {}, {},
       "Directory for the file check (write, lock, read back): on the file system that runs will "
       "use."},
      {"doctor", "json", text, "", {}, {}, {},
       "JSON file to write in addition to the table; -: JSON on stdout instead of the table. "
       "Also --json[=FILE]."},
      {"doctor", "strict", flag, "false", {}, {}, {},
       "Treat warnings (slow, oversubscribed) as failures, for the acceptance test of a machine."},

      {"info", "in", texts, "", {}, {}, {},
       "Files to describe, comma separated or by wildcards; for a Gadget snapshot in several files, "
       "one of them or the name without number."},
  };
}
// clang-format on

}  // namespace nubox::config
