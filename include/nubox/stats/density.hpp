#pragma once

#include "nubox/stats/tracers.hpp"

#include <memory>

namespace nubox::stats {

/// Modes c_n of the density contrast of a set of particles, painted on the mesh of the plan, not
/// deconvolved. All statistics of a run share them. Collective.
[[nodiscard]] fft::MeshField density_modes(const Tracers& tracers,
                                           const std::shared_ptr<const fft::Plan>& plan,
                                           field::Assignment assignment);

/// Interlaced modes (Sefusatti et al. 2016, arXiv:1512.07295): the mean of `first` and of the modes
/// of a mesh shifted by half a cell, in which images with odd nx + ny + nz cancel. For Fourier
/// statistics only; on Nyquist planes the phase is not Hermitian, so that these modes are in no
/// bin. Collective.
[[nodiscard]] fft::MeshField interlaced_modes(const fft::MeshField& first, const Tracers& tracers,
                                              field::Assignment assignment);

}  // namespace nubox::stats
