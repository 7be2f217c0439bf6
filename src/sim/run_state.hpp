#pragma once

#include "nubox/sim/particles.hpp"
#include "nubox/sim/stepping.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>

/// The state of a run between two steps, as a field file: displacement and momentum bit for bit,
/// and the header of the run, which identifies it.
namespace nubox::sim {

/// After step `step` towards output `output`, both from zero: positions are at the end of the step,
/// momenta half a step behind.
struct RunPosition {
  std::size_t output = 0;
  std::size_t step = 0;
  /// Of adaptive steps, which no plan knows; their number counts from the start of the run.
  std::optional<AdaptivePosition> adaptive{};
};

struct Checkpoint {
  /// At the scale factor of the position; where that is planned, the caller sets it.
  Particles particles;
  RunPosition position;
};

/// Published atomically. Collective. @throws FileSystemError (agreed)
void write_checkpoint(const std::filesystem::path& path, const Particles& particles,
                      const io::FieldHeader& run, const RunPosition& position);

/// The checkpoint of this run; none if the file does not exist or is damaged (with a warning).
/// Collective. @throws UsageError (agreed) if it belongs to another run, FileSystemError
[[nodiscard]] std::optional<Checkpoint> read_checkpoint(const par::SlabLayout& layout,
                                                        const std::filesystem::path& path,
                                                        const io::FieldHeader& run);

/// Removes the file if it exists. Collective.
void remove_checkpoint(const par::Comm& comm, const std::filesystem::path& path);

}  // namespace nubox::sim
