#pragma once

#include "nubox/io/table_file.hpp"
#include "nubox/prior/prior.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

/// Parameters of a prior, fitted to matched pairs. The best fraction of incoherent momenta in a
/// rewind depends on the force resolution of the input, and a network with its finite receptive
/// field cannot correct a small error of the displacements on large scales.
namespace nubox::prior {

/// Parameters fitted to pairs of one force resolution and one mass.
struct CalibrationPoint {
  std::size_t mesh_factor = 0;  ///< force_class of the inputs
  double M_nu_eV = 0;
  double amplitude_ratio = 1;  ///< s = R(3 h/Mpc) at the redshift of the pairs
  double velocity_smoothing_mpch = 1;
  double velocity_damping = 1;
  std::vector<double> gain;  ///< at the knots of the calibration
};

struct Calibration {
  std::vector<double> k_hmpc;            ///< knots of all gains
  std::vector<CalibrationPoint> points;  ///< none: not calibrated
  [[nodiscard]] bool empty() const { return points.empty(); }
};

/// Force resolution of a box: mesh points per particle spacing of the simulation that made it; 0 if
/// the file does not state it, as for boxes of pair forces and imported snapshots of tree codes.
[[nodiscard]] std::size_t force_class(const io::FieldHeader& header);

/// Mesh points per particle spacing that class 0 counts as among classes of meshes.
inline constexpr std::size_t class_of_pair_forces = 8;

/// The class in `known` for an input of class `wanted`: the same, else the nearest in ratio, the
/// finer of two. Class 0 counts as class_of_pair_forces.
/// @param known  not empty
[[nodiscard]] std::size_t nearest_class(std::span<const std::size_t> known, std::size_t wanted);

/// Parameters of a prior for one input and one mass.
struct Prescription {
  RewindOptions rewind;
  Gain gain;
};

/// Parameters for an input of a force class from the calibration points of its nearest_class.
/// Between masses damping, smoothing and ln G / ln s are linear in ln s, and constant beyond the
/// smallest and the largest: G is 1 at M_nu = 0, and the effect of damping vanishes with ln s
/// without a change of its value. Without calibration: the given options. Rank-local.
[[nodiscard]] Prescription prescribe(const Calibration& calibration, std::size_t force_class,
                                     const Theories& theories, const RewindOptions& options);

/// Datasets `<group>/...` of a table file; none if the calibration is empty.
void write_calibration(const Calibration& calibration, const std::string& group,
                       io::TableFile& table);
/// @throws InputError naming what is missing or inconsistent
[[nodiscard]] Calibration read_calibration(const io::TableFile& table, const std::string& group);

/// Trial values of smoothing and damping for every pair, the plain rewind first.
[[nodiscard]] std::vector<RewindOptions> velocity_trials(const RewindOptions& options);

/// The best smoothing and damping, within the range of the trials: least sum of (T - 1)^2, with
/// every T quadratic in the damping and in the logarithm of the smoothing length.
///
/// @param transfers  for each of velocity_trials the transfer functions of all boxes and bins, in
///                   one order
[[nodiscard]] RewindOptions fit_velocities(const RewindOptions& options,
                                           std::span<const std::vector<double>> transfers);

/// Knots of a gain for boxes of this size: spaced by octaves or more, from the fundamental to the
/// Nyquist frequency of the lattice, at most six.
[[nodiscard]] std::vector<double> gain_knots(double box_size_mpch, std::size_t n);

/// Response of transfer functions to a gain, to first order: T_b = transfer_b + sum_j response_bj
/// (G_j - gain_j), bin by bin.
struct TransferResponse {
  std::vector<double> transfer;               ///< at the gain
  std::vector<std::vector<double>> response;  ///< [bin][knot] dT/dG
  std::vector<double> gain;                   ///< [knot]
};

/// Finds G(k) at the knots: the gain with the least sum over modes and boxes of k^2p |psi_true - G
/// psi|^2. p = 1, the error of the divergences, gives P(psi_true x psi) / P(psi); p = 0, that of
/// the displacements, is insensitive to long waves if short ones are changed.
class GainFit {
 public:
  enum class Error { divergence, displacement };
  explicit GainFit(std::vector<double> k_hmpc, Error error = Error::divergence);
  /// Adds a box: displacements, [3] each, Mpc/h; true ones at their nearest image. Collective.
  void add(const field::LatticeField& prior_mpch, const field::LatticeField& true_mpch);
  /// 1 at knots without modes. Rank-local, equal on all ranks. @throws NumericalError if G is not
  /// positive
  [[nodiscard]] Gain solve() const;
  /// The same for this sum divided by its value at G = 1, plus the sum of ((T_b - 1) /
  /// tolerance)^2.
  [[nodiscard]] Gain solve(const TransferResponse& transfers, double tolerance) const;

 private:
  using Matrix = std::vector<std::vector<double>>;
  [[nodiscard]] Gain solve(const Matrix& matrix, std::vector<double> right) const;
  std::vector<double> k_hmpc_;
  Error error_;
  // Normal equations for G - 1.
  Matrix matrix_;
  std::vector<double> right_;
  double at_one_ = 0;  ///< value of the sum at G = 1
};

}  // namespace nubox::prior
