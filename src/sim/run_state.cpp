#include "sim/run_state.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/io/field_file.hpp"
#include "nubox/par/agree.hpp"

#include <array>
#include <system_error>

namespace nubox::sim {
namespace {

namespace fs = std::filesystem;

constexpr const char* origin = "checkpoint";
constexpr const char* output_key = "checkpoint_output";
constexpr const char* step_key = "checkpoint_step";
/// Of adaptive steps alone.
constexpr const char* a_key = "checkpoint_a";
constexpr const char* a_momentum_key = "checkpoint_a_momentum";
constexpr const char* force_key = "checkpoint_largest_force_mpch";

/// Removes an integer from the attributes and returns it.
std::size_t take_index(io::FieldHeader& header, const char* key, const fs::path& path) {
  const auto value = io::take<std::int64_t>(header.extra, key, path.string());
  if (value < 0) throw InputError("{}: {} = {} is negative", path.string(), key, value);
  return static_cast<std::size_t>(value);
}

field::LatticeField read_field(const io::FieldFile& file, const char* dataset,
                               const par::SlabLayout& layout) {
  field::LatticeField field(layout, 3, file.header().box_size_mpch);
  const std::vector<float> values = file.read(dataset, layout);
  std::copy(values.begin(), values.end(), field.values().begin());
  return field;
}

Checkpoint read(const par::SlabLayout& layout, const fs::path& path, const io::FieldHeader& run) {
  const io::FieldFile file(layout.comm(), path);
  RunPosition position;
  double a = 0;
  par::agree(layout.comm(), [&] {
    io::FieldHeader found = file.header();
    position = {take_index(found, output_key, path), take_index(found, step_key, path)};
    if (found.extra.contains(a_key)) {
      const auto take = [&](const char* key) {
        return io::take<double>(found.extra, key, path.string());
      };
      a = take(a_key);
      position.adaptive = AdaptivePosition{position.step, take(a_momentum_key), take(force_key)};
    }
    // The code version may differ, as for finished boxes.
    found.code_version = run.code_version;
    found.redshift = run.redshift;
    found.origin = run.origin;
    const std::string other =
        io::first_difference(io::attributes_of(found), io::attributes_of(run));
    if (!other.empty()) {
      throw UsageError(
          "{} is the checkpoint of a run with other options ({}): remove it or choose another "
          "--simulate.out",
          path.string(), other);
    }
  });
  return {{read_field(file, "displacement", layout), read_field(file, "momentum", layout), a},
          position};
}

}  // namespace

void write_checkpoint(const fs::path& path, const Particles& particles, const io::FieldHeader& run,
                      const RunPosition& position) {
  io::FieldHeader header = run;
  header.redshift = 1 / particles.a - 1;
  header.origin = origin;
  header.extra[output_key] = static_cast<std::int64_t>(position.output);
  header.extra[step_key] = static_cast<std::int64_t>(position.step);
  if (position.adaptive) {
    header.extra[a_key] = particles.a;
    header.extra[a_momentum_key] = position.adaptive->a_momentum;
    header.extra[force_key] = position.adaptive->largest_force_mpch;
  }
  const field::LatticeField& displacement = particles.displacement_mpch;
  const std::array<io::FieldDataset, 2> datasets{
      {{"displacement", displacement.values()}, {"momentum", particles.momentum_mpch.values()}}};
  io::write_field_file(displacement.layout(), path, header, datasets).finish();
}

std::optional<Checkpoint> read_checkpoint(const par::SlabLayout& layout, const fs::path& path,
                                          const io::FieldHeader& run) {
  const par::Comm comm = layout.comm();
  if (!par::root_decides(comm, [&] { return fs::exists(path); })) return std::nullopt;
  try {
    return read(layout, path, run);
  } catch (const Error& error) {
    if (error.code() != ExitCode::input || !error.agreed()) throw;
    log::warn_together("{} cannot be used, the run starts from the beginning: {}", path.string(),
                       error.what());
    return std::nullopt;
  }
}

void remove_checkpoint(const par::Comm& comm, const fs::path& path) {
  par::agree(comm, [&] {
    if (comm.is_root()) fs::remove(path);
  });
}

}  // namespace nubox::sim
