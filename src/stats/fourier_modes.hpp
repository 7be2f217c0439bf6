#pragma once

#include "nubox/stats/density.hpp"
#include "nubox/stats/shared_meshes.hpp"

#include <optional>
#include <string>

namespace nubox::stats {

/// Modes for Fourier statistics: the shared ones or, if interlaced, a separate mesh. Valid as long
/// as the shared modes are.
class FourierModes {
 public:
  /// Collective.
  FourierModes(SharedMeshes& shared, Side side, bool interlace) : first_(&shared.modes(side)) {
    if (interlace) {
      interlaced_ = interlaced_modes(*first_, shared.tracers(side), shared.assignment());
    }
  }
  [[nodiscard]] const fft::MeshField& get() const { return interlaced_ ? *interlaced_ : *first_; }

 private:
  const fft::MeshField* first_;
  std::optional<fft::MeshField> interlaced_;
};

/// The attributes `deconvolution` and `interlacing` of a group measured from such modes.
inline void describe_fourier_modes(bool interlaced, io::Attributes& attributes) {
  attributes["deconvolution"] = "modes divided by the assignment window, sinc^p per axis";
  attributes["interlacing"] =
      interlaced ? "two meshes half a cell apart, Nyquist planes left out" : "none";
}

}  // namespace nubox::stats
