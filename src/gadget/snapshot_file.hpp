#pragma once

#include "nubox/gadget/snapshot_set.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

/// One file of a Gadget snapshot: its header, and its numbers as stored. All functions are
/// rank-local.
namespace nubox::gadget {

enum class FileKind { binary_1, binary_2, hdf5, gadget_4, swift };
enum class Quantity { position, velocity, id, mass };
inline constexpr std::size_t quantity_count = 4;

[[nodiscard]] inline bool is_binary(FileKind kind) { return kind <= FileKind::binary_2; }
/// "gadget-1", "gadget-2", "gadget-hdf5", "gadget-4" or "swift".
[[nodiscard]] std::string kind_text(FileKind kind);
/// "POS" or "Coordinates" and so on, for messages.
[[nodiscard]] std::string block_name(FileKind kind, Quantity quantity);
/// "PartType1/Coordinates" and so on.
[[nodiscard]] std::string dataset_path(std::size_t type, Quantity quantity);
[[nodiscard]] constexpr std::size_t components_of(Quantity quantity) {
  return quantity == Quantity::id || quantity == Quantity::mass ? 1 : 3;
}

/// Location of a block in a file. `width` is the size of one number in bytes, 0 if the file has no
/// such block. `offset` is that of the first particle of the first type, set for binary files only.
struct BlockPlace {
  std::uint64_t offset = 0;
  int width = 0;
};

/// Checksums of the position, velocity and ID blocks of one particle type in the whole set, as
/// stored.
struct BlockSums {
  std::array<std::uint64_t, 3> value{};  ///< by Quantity
  bool known = false;
};

/// Masses of the particles of one type in a file, in its units.
struct MassSum {
  double lowest = 0, highest = 0, sum = 0;
  std::uint64_t count = 0;
};

/// The header of one file, in the units of that file, and the locations of its blocks. Trivially
/// copyable: ranks exchange it as bytes. Units and cosmology are zero if the file does not give
/// them.
struct FileHeader {
  FileKind kind = FileKind::binary_1;
  bool swapped = false;                            ///< byte order differs from that of this machine
  std::array<std::uint64_t, type_count> counts{};  ///< in this file
  std::array<std::uint64_t, type_count> totals{};  ///< declared for the set, as stored
  std::array<std::uint64_t, type_count> totals_high{};  ///< high words
  std::array<double, type_count> mass{};        ///< of the header; zero if it does not give it
  std::array<bool, type_count> has_masses{};    ///< in the mass block
  std::array<MassSum, type_count> mass_sums{};  ///< of the mass block, set by sum_masses()
  double time = 0, redshift = 0, box_size = 0;
  double Omega_m = 0, Omega_lambda = 0, h = 0;
  double Omega_b = 0, Omega_nu = 0;  ///< of SWIFT, whose Omega_m is without neutrinos
  double M_nu_eV = -1;               ///< of SWIFT; negative if the file does not give it
  bool neutrino_weights = false;
  BlockSums sums{};  ///< of the CDM, noted by nubox export
  std::uint64_t files = 0;
  double unit_length_cm = 0, unit_mass_g = 0, unit_velocity_cms = 0;
  bool units_hold_h = true;          ///< lengths and masses are per h (all Gadgets; not SWIFT)
  double velocity_a_exponent = 0.5;  ///< peculiar velocity = a^exponent times the stored one
  std::array<BlockPlace, quantity_count> blocks{};  ///< by Quantity

  [[nodiscard]] const BlockPlace& block(Quantity quantity) const {
    return blocks[static_cast<std::size_t>(quantity)];
  }
  [[nodiscard]] std::uint64_t particles() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : counts) sum += count;
    return sum;
  }
  /// Whether particles of a type are in the mass block: the header gives no mass for it.
  [[nodiscard]] bool in_mass_block(std::size_t type) const {
    return counts[type] > 0 && mass[type] == 0;
  }
  /// Index of the first particle of a type in a block of a binary file.
  [[nodiscard]] std::uint64_t first_in_block(Quantity quantity, std::size_t type) const {
    std::uint64_t first = 0;
    for (std::size_t before = 0; before < type; ++before) {
      if (quantity != Quantity::mass || in_mass_block(before)) first += counts[before];
    }
    return first;
  }
};

/// Numbers as stored on disk; valid until the next call of read().
struct RawNumbers {
  std::span<const std::byte> bytes;
  int width = 4;
  bool swapped = false;
};

class FileReader {
 public:
  virtual ~FileReader() = default;
  /// Particles [first, first + count) of a type of this file. @throws InputError, FileSystemError
  [[nodiscard]] virtual RawNumbers read(Quantity quantity, std::size_t type, std::uint64_t first,
                                        std::size_t count) = 0;
};

/// One record of a binary file.
struct BinaryRecord {
  std::string
      name;  ///< "HEAD", "POS", ...; in format 1 by its position; "block 5" and so on after the IDs
  std::uint64_t offset = 0, bytes = 0;  ///< of the payload
};
[[nodiscard]] std::vector<BinaryRecord> list_binary_records(const std::filesystem::path& path);

[[nodiscard]] bool looks_like_binary(const std::filesystem::path& path);
[[nodiscard]] bool looks_like_hdf5(const std::filesystem::path& path);

/// Reads and checks the header and the location of every block.
/// @throws FileSystemError, InputError naming file, block and numbers
[[nodiscard]] FileHeader read_file_header(const std::filesystem::path& path);
[[nodiscard]] FileHeader read_binary_header(const std::filesystem::path& path);
[[nodiscard]] FileHeader read_hdf5_header(const std::filesystem::path& path);

/// Reads the masses that the header does not give. @throws InputError for a mass that is negative
/// or not finite
void sum_masses(const std::filesystem::path& path, FileHeader& file_header);

/// Opens a file whose header has been read.
[[nodiscard]] std::unique_ptr<FileReader> open_reader(const std::filesystem::path& path,
                                                      const FileHeader& file_header);
[[nodiscard]] std::unique_ptr<FileReader> open_binary_reader(const std::filesystem::path& path,
                                                             const FileHeader& file_header);
[[nodiscard]] std::unique_ptr<FileReader> open_hdf5_reader(const std::filesystem::path& path);

}  // namespace nubox::gadget
