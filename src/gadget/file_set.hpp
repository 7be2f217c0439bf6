#pragma once

#include "gadget/snapshot_file.hpp"

#include <array>
#include <filesystem>
#include <vector>

/// The files of one snapshot together: their names, and what their headers say as one. Rank-local.
namespace nubox::gadget {

/// How numbers on disk become those of the program.
struct Scales {
  double length_mpch = 0;  ///< one length unit of the file
  double velocity_kms = 0;
  double mass_1e10_msunh = 0;
};

struct SetHeader {
  Header header;
  Scales scales;
};

/// The first file by the names that users' tools try: path, path.0, path.hdf5, path.0.hdf5.
/// @throws FileSystemError naming what was tried
[[nodiscard]] std::filesystem::path first_file(const std::filesystem::path& path);

/// All file names of the set that a file belongs to, from its header; one file that holds all
/// particles is a set of its own, whatever number of files it came from.
[[nodiscard]] std::vector<std::filesystem::path> files_of_set(const std::filesystem::path& first,
                                                              const FileHeader& facts);

/// The headers as one. @throws InputError naming the two files that differ, or what is wrong
[[nodiscard]] SetHeader combine(const std::vector<std::filesystem::path>& files,
                                const std::vector<FileHeader>& facts, const ReaderOptions& options);

/// Particles of all files by type, checked against the totals that the headers declare, whose high
/// words may be missing, and where N-GenIC puts type 1's high word in the place of type 2.
[[nodiscard]] std::array<std::uint64_t, type_count> total_counts(
    const std::vector<std::filesystem::path>& files, const std::vector<FileHeader>& facts);

/// Length, velocity and mass units of the set, and header.length_unit with its evidence.
/// Needs box_size (in file units), counts, Omega_m and redshift.
[[nodiscard]] Scales find_scales(const FileHeader& facts, const ReaderOptions& options,
                                 const std::string& where, Header& header);

}  // namespace nubox::gadget
