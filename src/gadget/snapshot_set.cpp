#include "nubox/gadget/snapshot_set.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/fault.hpp"
#include "nubox/core/progress.hpp"
#include "nubox/par/agree.hpp"

#include "gadget/block_sums.hpp"
#include "gadget/conversion.hpp"
#include "gadget/file_set.hpp"

#include <algorithm>

namespace nubox::gadget {
namespace {

/// Particles per read: the bytes remain in the cache until they are converted.
constexpr std::size_t piece_particles = std::size_t{1} << 14;

/// Positions in another unit than BoxSize fill only a corner of the box. A sample of the particles
/// is enough to detect it.
constexpr double smallest_extent = 0.5;
constexpr std::size_t particles_sampled = 1024;
constexpr std::uint64_t fewest_particles = 64;  ///< fewer may be in a corner by chance

/// Rank 0 searches for the first file, so that a mistyped name costs one search.
std::vector<std::filesystem::path> find_files(const par::Comm& comm,
                                              const std::filesystem::path& path) {
  std::string names;
  par::agree(comm, [&] {
    if (!comm.is_root()) return;
    const std::filesystem::path first = first_file(path);
    for (const auto& file : files_of_set(first, read_file_header(first))) {
      names += file.string() + '\n';
    }
  });
  names = comm.broadcast(names);
  std::vector<std::filesystem::path> files;
  for (std::size_t start = 0; start < names.size();) {
    const std::size_t end = names.find('\n', start);
    files.emplace_back(names.substr(start, end - start));
    start = end + 1;
  }
  return files;
}

/// The headers of all files; rank r reads those of files r, r + P, ...
std::vector<FileHeader> read_all_headers(const par::Comm& comm,
                                         const std::vector<std::filesystem::path>& files) {
  const auto ranks = static_cast<std::size_t>(comm.size());
  const auto rank = static_cast<std::size_t>(comm.rank());
  const std::vector<FileHeader> mine = par::agree(comm, [&] {
    std::vector<FileHeader> file_headers;
    for (std::size_t i = rank; i < files.size(); i += ranks) {
      if (!std::filesystem::exists(files[i])) {
        throw FileSystemError("{} is missing: the headers say that the snapshot has {} files",
                              files[i].string(), files.size());
      }
      file_headers.push_back(read_file_header(files[i]));
      sum_masses(files[i], file_headers.back());
    }
    return file_headers;
  });
  const std::vector<FileHeader> dealt = comm.all_gather(std::span<const FileHeader>(mine));
  std::vector<FileHeader> file_headers(files.size());
  std::size_t next = 0;
  for (std::size_t r = 0; r < ranks; ++r) {
    for (std::size_t i = r; i < files.size(); i += ranks) file_headers[i] = dealt[next++];
  }
  return file_headers;
}

/// Reads consecutive particles of one type across file boundaries; the last file stays open.
class TypeReader {
 public:
  TypeReader(const std::vector<std::filesystem::path>& files,
             const std::vector<FileHeader>& file_headers, const SetHeader& set, std::size_t type)
      : files_(files), file_headers_(file_headers), set_(set), type_(type) {
    sums_.known = type == static_cast<std::size_t>(cdm_type) && file_headers[0].sums.known;
  }

  void read(const ParticleFields& fields, std::uint64_t first, std::size_t count,
            ParticleBlock& block) {
    block.first = first;
    block.count = count;
    block.position_mpch.resize(fields.position ? 3 * count : 0);
    block.velocity_kms.resize(fields.velocity ? 3 * count : 0);
    block.id.resize(fields.id ? count : 0);
    for (std::size_t done = 0; done < count;) {
      const std::uint64_t inside = seek(first + done);
      const std::size_t piece = std::min(
          {count - done, static_cast<std::size_t>(file_headers_[file_].counts[type_] - inside),
           piece_particles});
      read_piece(inside, piece, done, block);
      done += piece;
    }
  }

  /// Checksums of what was read so far; known if there are some to compare with.
  [[nodiscard]] const BlockSums& sums() const { return sums_; }
  /// The largest coordinate among the particles sampled so far.
  [[nodiscard]] double largest_mpch() const { return largest_mpch_; }

 private:
  /// Advances to the file of a particle and returns its index in that file. Particles must be
  /// requested in order.
  std::uint64_t seek(std::uint64_t particle) {
    while (particle >= file_start_ + file_headers_[file_].counts[type_]) {
      file_start_ += file_headers_[file_].counts[type_];
      ++file_;
      reader_.reset();
    }
    if (reader_ == nullptr) reader_ = open_reader(files_[file_], file_headers_[file_]);
    return particle - file_start_;
  }

  void read_piece(std::uint64_t inside, std::size_t piece, std::size_t done, ParticleBlock& block) {
    const auto raw = [&](Quantity quantity) {
      const RawNumbers numbers = reader_->read(quantity, type_, inside, piece);
      if (sums_.known) add_to_sums(numbers, quantity, block.first + done, sums_);
      return numbers;
    };
    if (!block.position_mpch.empty()) {
      convert_positions(raw(Quantity::position), set_.scales.length_mpch, set_.header.box_size_mpch,
                        std::span(block.position_mpch).subspan(3 * done, 3 * piece),
                        where(Quantity::position), inside);
      const std::size_t stride = 3 * (piece / particles_sampled + 1);
      for (std::size_t i = 3 * done; i < 3 * (done + piece); i += stride) {
        for (std::size_t axis = 0; axis < 3; ++axis) {
          largest_mpch_ = std::max(largest_mpch_, block.position_mpch[i + axis]);
        }
      }
    }
    if (!block.velocity_kms.empty()) {
      convert_velocities(raw(Quantity::velocity), set_.scales.velocity_kms,
                         std::span(block.velocity_kms).subspan(3 * done, 3 * piece),
                         where(Quantity::velocity), inside);
    }
    if (!block.id.empty()) {
      convert_ids(raw(Quantity::id), std::span(block.id).subspan(done, piece));
    }
  }

  [[nodiscard]] std::string where(Quantity quantity) const {
    return fmt::format("{}, {} of type {}", files_[file_].string(),
                       block_name(file_headers_[file_].kind, quantity), type_);
  }

  const std::vector<std::filesystem::path>& files_;
  const std::vector<FileHeader>& file_headers_;
  const SetHeader& set_;
  std::size_t type_;
  double largest_mpch_ = 0;
  BlockSums sums_;
  std::size_t file_ = 0;
  std::uint64_t file_start_ = 0;
  std::unique_ptr<FileReader> reader_;
};

/// Compares the blocks read with the checksums of an export. Collective.
void prove_blocks(const par::Comm& comm, BlockSums found, const BlockSums& noted,
                  const ParticleFields& fields, const std::string& where) {
  if (!found.known) return;
  comm.all_reduce(std::span<std::uint64_t>(found.value));
  par::agree(comm, [&] {
    const std::array<bool, 3> read{fields.position, fields.velocity, fields.id};
    for (std::size_t q = 0; q < read.size(); ++q) {
      if (!read[q] || found.value[q] == noted.value[q]) continue;
      throw InputError(
          "{} is damaged or was changed: block {} has checksum {}, nubox export noted {}", where,
          block_name(FileKind::hdf5, static_cast<Quantity>(q)), checksum_text(found.value[q]),
          checksum_text(noted.value[q]));
    }
  });
}

}  // namespace

struct Snapshot::Impl {
  par::Comm comm;
  std::vector<std::filesystem::path> files;
  std::vector<FileHeader> file_headers;
  SetHeader set;

  void require(int type, const ParticleFields& fields) const {
    const std::string where = files[0].string();
    const Header& header = set.header;
    if (type < 0 || type >= static_cast<int>(type_count)) {
      throw InternalError("particle type {} does not exist", type);
    }
    if (header.counts[static_cast<std::size_t>(type)] == 0) {
      throw InputError(
          "{} has no particles of type {}: its counts by type are {}; say which type is CDM "
          "(import.cdm_type) or neutrinos (import.neutrino_type)",
          where, type, fmt::join(header.counts, ", "));
    }
    if (fields.velocity && !header.has_velocity) throw InputError("{} has no velocities", where);
    if (fields.id && !header.has_id) throw InputError("{} has no particle IDs", where);
  }
};

Snapshot::Snapshot(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot& Snapshot::operator=(Snapshot&&) noexcept = default;
Snapshot::~Snapshot() = default;

Snapshot Snapshot::open(const par::Comm& comm, const std::filesystem::path& path,
                        const ReaderOptions& options) {
  auto impl = std::make_unique<Impl>(comm);
  impl->files = find_files(comm, path);
  impl->file_headers = read_all_headers(comm, impl->files);
  impl->set = par::agree(comm, [&] { return combine(impl->files, impl->file_headers, options); });
  return Snapshot(std::move(impl));
}

const Header& Snapshot::header() const { return impl_->set.header; }
const std::vector<std::filesystem::path>& Snapshot::files() const { return impl_->files; }

void Snapshot::for_each_block(int type, const ParticleFields& fields,
                              const std::function<void(ParticleBlock&)>& visit,
                              std::size_t block_particles) const {
  const par::Comm comm = impl_->comm;
  par::agree(comm, [&] { impl_->require(type, fields); });
  const auto ranks = static_cast<std::uint64_t>(comm.size());
  const auto rank = static_cast<std::uint64_t>(comm.rank());
  const auto index = static_cast<std::size_t>(type);
  const std::uint64_t total = impl_->set.header.counts[index];
  // The first total % P ranks have one particle more than the others.
  const auto start_of = [&](std::uint64_t r) {
    return r * (total / ranks) + std::min(r, total % ranks);
  };
  const std::uint64_t end = start_of(rank + 1);
  const std::uint64_t largest_share = start_of(1);
  TypeReader reader(impl_->files, impl_->file_headers, impl_->set, index);
  ParticleBlock block;
  // A rank that cannot read continues with empty blocks: no synchronisation at every block.
  std::optional<Error> failure;
  std::uint64_t first = start_of(rank);
  const std::uint64_t visits = (largest_share + block_particles - 1) / block_particles;
  Progress progress("reading " + impl_->files[0].string(), visits);
  for (std::uint64_t i = 0; i < visits; ++i) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(end - first, block_particles));
    if (!failure) {
      try {
        fault::point("read");
        reader.read(fields, first, count, block);
      } catch (...) {
        failure = par::current_error();
      }
    }
    if (failure) block = {};
    visit(block);
    first += count;
    progress.step();
  }
  par::agree_on(comm, failure);
  prove_blocks(comm, reader.sums(), impl_->file_headers[0].sums, fields, impl_->files[0].string());
  const double largest = comm.all_reduce(reader.largest_mpch(), par::Reduction::max);
  par::agree(comm, [&] {
    const double box = impl_->set.header.box_size_mpch;
    if (!fields.position || total < fewest_particles || largest > smallest_extent * box) return;
    throw InputError(
        "{}: no coordinate of type {} is above {:.6g} Mpc/h in a box of {:.6g} Mpc/h: positions "
        "and BoxSize are in different units",
        impl_->files[0].string(), type, largest, box);
  });
}

std::vector<std::filesystem::path> files_of_snapshot(const par::Comm& comm,
                                                     const std::filesystem::path& path) {
  return find_files(comm, path);
}

bool is_snapshot(const std::filesystem::path& path) {
  try {
    const std::filesystem::path first = first_file(path);
    return looks_like_hdf5(first) || looks_like_binary(first);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace nubox::gadget
