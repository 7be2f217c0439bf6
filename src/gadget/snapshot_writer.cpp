#include "nubox/gadget/snapshot_writer.hpp"

#include "nubox/core/progress.hpp"
#include "nubox/core/units.hpp"
#include "nubox/io/bytes.hpp"
#include "nubox/io/hdf5_attributes.hpp"
#include "nubox/par/agree.hpp"

#include "gadget/block_sums.hpp"
#include "gadget/file_layout.hpp"

#include <algorithm>
#include <cmath>
#include <fcntl.h>
#include <limits>

namespace nubox::gadget {
namespace {

namespace fs = std::filesystem;

/// Largest block of one file if the number of files is not given. Readers of Gadget files store
/// record lengths in 32 bits.
constexpr std::size_t preferred_block_bytes = std::size_t{1} << 30;
constexpr std::size_t largest_block_bytes = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t largest_file_count = 1 << 16;

std::size_t file_count(const WriterOptions& options) {
  const std::uint64_t bytes = options.particles * 3 * sizeof(float);
  const std::size_t files = options.files != 0
                                ? options.files
                                : (bytes + preferred_block_bytes - 1) / preferred_block_bytes;
  if (files > std::min<std::uint64_t>(options.particles, largest_file_count)) {
    throw UsageError("{} files are too many for {} particles", files, options.particles);
  }
  if (bytes / files + 3 * sizeof(float) > largest_block_bytes) {
    throw UsageError("{} files are too few for {} particles: a block may have 2 GiB at most", files,
                     options.particles);
  }
  return files;
}

/// Refuses to write beside files of another set that readers would take for members of this one.
void require_no_other_set(const fs::path& base, const std::vector<fs::path>& targets) {
  const fs::path directory = base.has_parent_path() ? base.parent_path() : ".";
  if (!fs::is_directory(directory)) return;
  const std::string stem = base.filename().string();
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    const bool related = name == stem || name.starts_with(stem + ".");
    const bool ours = std::ranges::any_of(
        targets, [&](const fs::path& target) { return target.filename() == name; });
    if (related && !ours && name.find(".tmp-") == std::string::npos) {
      throw FileSystemError("{} belongs to another set named {}: remove it or choose another name",
                            entry.path().string(), base.string());
    }
  }
}

/// Float kpc/h in [0, L): a position that rounds up to L is the same point as 0.
float position_kpch(double position_mpch, double box_size_mpch) {
  constexpr double kpc_per_mpc = 1000;
  const auto box_kpch = static_cast<float>(box_size_mpch * kpc_per_mpc);
  const auto value = static_cast<float>(position_mpch * kpc_per_mpc);
  return value >= box_kpch ? 0.0F : value;
}

/// Converts and writes the part of this rank's particles that belongs to one file. Rank-local.
class ParticleWriter {
 public:
  /// `blocks`: expected number of blocks, for the report of progress.
  ParticleWriter(const WriterOptions& options, const FillBlock& fill, std::size_t blocks)
      : options_(options),
        fill_(fill),
        per_kms_(1 / std::sqrt(units::scale_factor(options.redshift))),
        progress_("writing particles", blocks) {}

  void write(const fs::path& path, const FileLayout& frame, std::uint64_t first,
             std::uint64_t end) {
    if (first >= end) return;
    io::RawFile file(path, O_RDWR);
    for_each_block(
        first, end, [&](Quantity quantity, const RawNumbers& numbers, std::uint64_t particle) {
          const std::size_t row = particle - frame.first;
          const std::size_t start = quantity == Quantity::position   ? frame.position_offset
                                    : quantity == Quantity::velocity ? frame.velocity_offset
                                                                     : frame.id_offset;
          const std::size_t row_bytes =
              components_of(quantity) * static_cast<std::size_t>(numbers.width);
          add_to_sums(numbers, quantity, particle, sums_);
          file.write_at(start + row * row_bytes, numbers.bytes);
        });
    file.close();
  }

  /// Checksums of what was written.
  [[nodiscard]] const BlockSums& sums() const { return sums_; }

 private:
  /// Calls use(quantity, numbers as stored, index of the first particle) for the three quantities
  /// of consecutive particles.
  template <class Use>
  void for_each_block(std::uint64_t first, std::uint64_t end, const Use& use) {
    constexpr int float_bytes = sizeof(float);
    for (; first < end; first += default_block_particles) {
      const std::size_t count = std::min<std::uint64_t>(default_block_particles, end - first);
      fill_(first, count, block_);
      values_.resize(3 * count);
      std::ranges::transform(block_.position_mpch, values_.begin(),
                             [&](double x) { return position_kpch(x, options_.box_size_mpch); });
      use(Quantity::position, RawNumbers{std::as_bytes(std::span(values_)), float_bytes}, first);
      std::ranges::transform(block_.velocity_kms, values_.begin(),
                             [&](float v) { return static_cast<float>(v * per_kms_); });
      use(Quantity::velocity, RawNumbers{std::as_bytes(std::span(values_)), float_bytes}, first);
      use(Quantity::id, ids(), first);
      progress_.step();
    }
  }
  RawNumbers ids() {
    if (id_bytes_of(options_) == sizeof(std::uint64_t)) {
      return {std::as_bytes(std::span(block_.id)), sizeof(std::uint64_t)};
    }
    short_ids_.assign(block_.id.begin(), block_.id.end());
    return {std::as_bytes(std::span(short_ids_)), sizeof(std::uint32_t)};
  }

  const WriterOptions& options_;
  const FillBlock& fill_;
  double per_kms_;
  Progress progress_;
  BlockSums sums_;
  ParticleBlock block_;
  std::vector<float> values_;
  std::vector<std::uint32_t> short_ids_;
};

}  // namespace

std::vector<fs::path> file_names(const fs::path& base, const WriterOptions& options) {
  const std::string stem = base.filename().string();
  if (stem.empty() || stem.find('.') != std::string::npos) {
    throw UsageError("'{}' is no name for a snapshot: give one without a dot, suffixes are added",
                     base.string());
  }
  const std::string suffix = options.format == Format::hdf5 ? ".hdf5" : "";
  const std::size_t files = file_count(options);
  if (files == 1) return {base.string() + suffix};
  std::vector<fs::path> names;
  for (std::size_t i = 0; i < files; ++i)
    names.emplace_back(fmt::format("{}.{}{}", base.string(), i, suffix));
  return names;
}

io::Publication write_snapshot(const par::Comm& comm, const fs::path& base,
                               const WriterOptions& options, std::uint64_t local_first,
                               std::uint64_t local_count, const FillBlock& fill) {
  const std::vector<fs::path> targets = par::agree(comm, [&] {
    const auto names = file_names(base, options);
    if (comm.is_root()) require_no_other_set(base, names);
    return names;
  });
  const auto rank = static_cast<std::size_t>(comm.rank());
  const auto ranks = static_cast<std::size_t>(comm.size());
  const auto write = [&](std::span<const fs::path> temporaries) {
    par::agree(comm, [&] {
      for (std::size_t i = rank; i < targets.size(); i += ranks) {
        const FileLayout layout = file_layout(options, {}, i, targets.size());
        io::RawFile file(temporaries[i], O_RDWR | O_CREAT | O_TRUNC);
        file.reserve(layout.frame.file_bytes);
        file.close();
      }
    });
    BlockSums sums = par::agree(comm, [&] {
      // A file ends a block.
      ParticleWriter writer(options, fill, local_count / default_block_particles + targets.size());
      for (std::size_t i = 0; i < targets.size(); ++i) {
        const FileLayout layout = file_layout(options, {}, i, targets.size());
        writer.write(temporaries[i], layout, std::max(layout.first, local_first),
                     std::min(layout.first + layout.count, local_first + local_count));
      }
      return writer.sums();
    });
    comm.all_reduce(std::span<std::uint64_t>(sums.value));
    // The headers come last: they contain the checksums of the blocks.
    par::agree(comm, [&] {
      for (std::size_t i = rank; i < targets.size(); i += ranks) {
        io::RawFile file(temporaries[i], O_RDWR);
        io::write_frame(file, file_layout(options, sums, i, targets.size()).frame);
        file.close();
      }
    });
  };
  return {comm, targets, snapshot_kind(), io::Publication::Writers::all_ranks, write};
}

io::Attributes read_provenance(const par::Comm& comm, const fs::path& file) {
  const std::string text = par::agree(comm, [&]() -> std::string {
    if (!comm.is_root() || H5Fis_hdf5(file.c_str()) <= 0) return {};
    const io::hdf5::File opened = io::open_existing(file);
    return io::reading(file.string(), [&]() -> std::string {
      if (H5Lexists(opened.id(), "Nubox", H5P_DEFAULT) <= 0) return {};
      const io::hdf5::Object group(H5Oopen(opened.id(), "Nubox", H5P_DEFAULT), "open /Nubox");
      return io::canonical_text(io::read_attributes(group.id(), file.string() + ":/Nubox"));
    });
  });
  return io::parse_canonical_text(comm.broadcast(text));
}

}  // namespace nubox::gadget
