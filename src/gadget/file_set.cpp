#include "gadget/file_set.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <regex>

namespace nubox::gadget {
namespace {

/// Headers of a set are written by one program from the same numbers.
constexpr double header_tolerance = 1e-9;
/// Time and Redshift of a header are two roundings of one number.
constexpr double time_tolerance = 1e-5;
/// More than any machine writes: a larger number is a damaged header.
constexpr std::uint64_t most_files = 65536;

bool equal(double a, double b) {
  return std::abs(a - b) <= header_tolerance * std::max(std::abs(a), std::abs(b));
}

/// The header numbers that all files of a set share, by the name of the binary format.
std::vector<std::pair<std::string, double>> shared_numbers(const FileHeader& file_header) {
  std::vector<std::pair<std::string, double>> numbers{
      {"Redshift", file_header.redshift},
      {"Time", file_header.time},
      {"BoxSize", file_header.box_size},
      {"Omega0", file_header.Omega_m},
      {"OmegaLambda", file_header.Omega_lambda},
      {"HubbleParam", file_header.h},
      {"number of files", static_cast<double>(file_header.files)}};
  for (std::size_t type = 0; type < type_count; ++type) {
    numbers.emplace_back(fmt::format("particle mass of type {}", type), file_header.mass[type]);
    numbers.emplace_back(fmt::format("total number of particles of type {}", type),
                         static_cast<double>(file_header.totals[type]));
  }
  return numbers;
}

void require_same_headers(const std::vector<std::filesystem::path>& files,
                          const std::vector<FileHeader>& file_headers) {
  const auto expected = shared_numbers(file_headers[0]);
  for (std::size_t i = 1; i < files.size(); ++i) {
    if (file_headers[i].kind != file_headers[0].kind) {
      throw InputError("{} is a {} file, but {} of the same set is {}", files[i].string(),
                       kind_text(file_headers[i].kind), files[0].string(),
                       kind_text(file_headers[0].kind));
    }
    if (file_headers[i].sums.value != file_headers[0].sums.value) {
      throw InputError("{} and {} do not belong to one export: they note different checksums",
                       files[i].string(), files[0].string());
    }
    const auto found = shared_numbers(file_headers[i]);
    for (std::size_t k = 0; k < found.size(); ++k) {
      if (equal(found[k].second, expected[k].second)) continue;
      throw InputError("{} has {} = {}, but {} of the same set has {}", files[i].string(),
                       found[k].first, found[k].second, files[0].string(), expected[k].second);
    }
  }
}

/// Bytes of a quantity's numbers, the widest of all files; 0 unless every file with particles has
/// it.
int common_width(const std::vector<FileHeader>& file_headers, Quantity quantity) {
  int width = 0;
  for (const FileHeader& file : file_headers) {
    if (file.particles() == 0) continue;
    if (file.block(quantity).width == 0) return 0;
    width = std::max(width, file.block(quantity).width);
  }
  return width;
}

/// Mean masses of the whole set, in the unit of the files, and their ratios.
void set_masses(const std::vector<FileHeader>& file_headers, Header& header) {
  for (std::size_t type = 0; type < type_count; ++type) {
    if (file_headers[0].mass[type] > 0) {
      header.mass_1e10_msunh[type] = file_headers[0].mass[type];
      header.mass_ratio[type] = 1;
      continue;
    }
    MassSum total;
    for (const FileHeader& file : file_headers) {
      const MassSum& sum = file.mass_sums[type];
      if (sum.count == 0) continue;
      total.lowest = total.count == 0 ? sum.lowest : std::min(total.lowest, sum.lowest);
      total.highest = std::max(total.highest, sum.highest);
      total.sum += sum.sum;
      total.count += sum.count;
    }
    if (total.count == 0 || total.count != header.counts[type] || total.highest == 0) continue;
    header.mass_1e10_msunh[type] = total.sum / static_cast<double>(total.count);
    header.mass_ratio[type] = total.highest / total.lowest;
  }
}

double redshift_of(const FileHeader& file_header, const ReaderOptions& options,
                   const std::string& where) {
  if (options.redshift) return *options.redshift;
  const bool told = file_header.time != 0 || file_header.redshift != 0;
  const bool time_is_needed = file_header.kind != FileKind::swift || file_header.time != 0;
  const double mismatch = std::abs(file_header.time * (1 + file_header.redshift) - 1);
  if (!told || !(file_header.redshift > -1) || (time_is_needed && !(mismatch < time_tolerance))) {
    throw InputError(
        "{}: Time = {} and Redshift = {} do not belong together (Time (1 + Redshift) = 1 in a "
        "cosmological run); state the redshift (import.redshift)",
        where, file_header.time, file_header.redshift);
  }
  return file_header.redshift;
}

}  // namespace

std::filesystem::path first_file(const std::filesystem::path& path) {
  for (const char* ending : {"", ".0", ".hdf5", ".0.hdf5"}) {
    const std::filesystem::path candidate = path.string() + ending;
    if (std::filesystem::is_regular_file(candidate)) return candidate;
  }
  if (std::filesystem::is_directory(path)) {
    throw FileSystemError("{} is a folder: give the name of a snapshot in it, without number",
                          path.string());
  }
  throw FileSystemError("no snapshot {0}: neither {0} nor {0}.0, {0}.hdf5 or {0}.0.hdf5 exists",
                        path.string());
}

std::vector<std::filesystem::path> files_of_set(const std::filesystem::path& first,
                                                const FileHeader& file_header) {
  if (file_header.files == 1) return {first};
  // A file that contains all particles (merged, or SWIFT's virtual file over a set) is a set of its
  // own; so is an old file whose header gives neither totals nor a number of files.
  const bool holds_all = file_header.particles() > 0 && file_header.counts == file_header.totals;
  const bool tells_nothing =
      file_header.files == 0 && file_header.totals == decltype(file_header.totals){};
  if (holds_all || tells_nothing) return {first};
  if (file_header.files == 0 || file_header.files > most_files) {
    throw InputError("{}: its header counts {} files, and its particles are not those of the set",
                     first.string(), file_header.files);
  }
  std::smatch parts;
  const std::string name = first.string();
  static const std::regex numbered(R"((.*\.)(\d+)(\.hdf5|\.h5)?)");
  if (!std::regex_match(name, parts, numbered)) {
    throw InputError("{} says it is one of {} files, but its name has no file number", name,
                     file_header.files);
  }
  std::vector<std::filesystem::path> files;
  for (std::uint64_t i = 0; i < file_header.files; ++i) {
    files.emplace_back(parts[1].str() + std::to_string(i) + parts[3].str());
  }
  return files;
}

std::array<std::uint64_t, type_count> total_counts(const std::vector<std::filesystem::path>& files,
                                                   const std::vector<FileHeader>& file_headers) {
  std::array<std::uint64_t, type_count> sums{};
  for (const FileHeader& file : file_headers) {
    for (std::size_t type = 0; type < type_count; ++type) sums[type] += file.counts[type];
  }
  const FileHeader& header = file_headers[0];
  const bool silent = file_headers.size() == 1 && header.totals == decltype(sums){};
  for (std::size_t type = 0; type < type_count && !silent; ++type) {
    const std::uint64_t low = header.totals[type], high = header.totals_high[type];
    const bool full = low + (high << 32) == sums[type];
    const bool high_word_missing = high == 0 && low == (sums[type] & 0xffffffffu);
    const bool high_word_of_type_1 = type == 2 && sums[2] == 0 && low == sums[1] >> 32;
    if (full || high_word_missing || high_word_of_type_1) continue;
    throw InputError(
        "{}: the headers declare {} particles of type {} in all (high word {}), but the {} file(s) "
        "of the set count {}",
        files[0].string(), low + (high << 32), type, high, files.size(), sums[type]);
  }
  return sums;
}

SetHeader combine(const std::vector<std::filesystem::path>& files,
                  const std::vector<FileHeader>& file_headers, const ReaderOptions& options) {
  require_same_headers(files, file_headers);
  const FileHeader& first = file_headers[0];
  const std::string where = files[0].string();
  SetHeader set;
  Header& header = set.header;
  header.format = kind_text(first.kind);
  header.files = static_cast<int>(files.size());
  header.counts = total_counts(files, file_headers);
  header.cdm_type = options.cdm_type.value_or(cdm_type);
  header.neutrino_type = options.neutrino_type.value_or(first.kind == FileKind::swift ? 6 : 2);
  if (header.cdm_type == header.neutrino_type) {
    throw UsageError(
        "type {} cannot be both CDM and neutrinos (import.cdm_type, import.neutrino_type)",
        header.cdm_type);
  }
  header.redshift = redshift_of(first, options, where);
  header.Omega_m = options.Omega_m.value_or(first.Omega_m);
  header.Omega_lambda = options.Omega_lambda.value_or(first.Omega_lambda);
  header.h = options.h.value_or(first.h);
  if (first.Omega_b > 0) header.Omega_b = first.Omega_b;
  header.M_nu_eV = options.M_nu_eV;
  if (!header.M_nu_eV && first.M_nu_eV >= 0) header.M_nu_eV = first.M_nu_eV;
  header.has_neutrino_weights = first.neutrino_weights;
  if (!options.box_size_mpch && !(first.box_size > 0 && std::isfinite(first.box_size))) {
    throw InputError("{}: BoxSize = {} is no box; state its size (import.box_size_mpch)", where,
                     first.box_size);
  }
  set_masses(file_headers, header);
  set.scales = find_scales(first, options, where, header);
  header.has_velocity = common_width(file_headers, Quantity::velocity) > 0;
  header.has_id = common_width(file_headers, Quantity::id) > 0;
  header.double_precision = common_width(file_headers, Quantity::position) == 8;
  header.id_bytes = common_width(file_headers, Quantity::id);
  return set;
}

}  // namespace nubox::gadget
