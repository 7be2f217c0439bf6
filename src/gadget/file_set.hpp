#pragma once

#include "gadget/snapshot_file.hpp"

#include <array>
#include <filesystem>
#include <vector>

/// The set of files of one snapshot: their names and their combined header. Rank-local.
namespace nubox::gadget {

/// Factors that convert the stored numbers to the units of nubox.
struct Scales {
  double length_mpch = 0;  ///< length unit of the file
  double velocity_kms = 0;
  double mass_1e10_msunh = 0;
};

struct SetHeader {
  Header header;
  Scales scales;
};

/// The first file of a snapshot: the first of path, path.0, path.hdf5, path.0.hdf5 that exists.
/// @throws FileSystemError naming what was tried
[[nodiscard]] std::filesystem::path first_file(const std::filesystem::path& path);

/// The names of all files of the set that a file belongs to, from its header. A file that contains
/// all particles is a set of its own, even if its header counts several files (merged snapshots).
[[nodiscard]] std::vector<std::filesystem::path> files_of_set(const std::filesystem::path& first,
                                                              const FileHeader& file_header);

/// Combined header of all files. @throws InputError naming the two files that differ, or the number
/// that is wrong
[[nodiscard]] SetHeader combine(const std::vector<std::filesystem::path>& files,
                                const std::vector<FileHeader>& file_headers,
                                const ReaderOptions& options);

/// Particles of all files by type, checked against the totals in the headers. High words of the
/// totals may be missing, and N-GenIC stores the high word of type 1 as the total of type 2.
[[nodiscard]] std::array<std::uint64_t, type_count> total_counts(
    const std::vector<std::filesystem::path>& files, const std::vector<FileHeader>& file_headers);

/// Length, velocity and mass units of the set. Sets header.length_unit and header.length_evidence.
/// Uses the counts, Omega_m and redshift of `header`, and converts its masses.
[[nodiscard]] Scales find_scales(const FileHeader& file_header, const ReaderOptions& options,
                                 const std::string& where, Header& header);

}  // namespace nubox::gadget
