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

/// One file of a Gadget snapshot: what its header says, and its numbers as they stand on disk.
/// All functions are rank-local.
namespace nubox::gadget {

enum class FileKind { binary_1, binary_2, hdf5, gadget_4, swift };
enum class Quantity { position, velocity, id };

[[nodiscard]] inline bool is_binary(FileKind kind) { return kind <= FileKind::binary_2; }
/// "gadget-1", ..., "swift".
[[nodiscard]] std::string kind_text(FileKind kind);
/// "POS" or "Coordinates" and so on, for messages.
[[nodiscard]] std::string block_name(FileKind kind, Quantity field);
/// "PartType1/Coordinates" and so on.
[[nodiscard]] std::string dataset_path(std::size_t type, Quantity field);
[[nodiscard]] constexpr std::size_t components_of(Quantity field) {
  return field == Quantity::id ? 1 : 3;
}

/// Where a block stands. `width` is the bytes of one number, 0 where the file has no such block;
/// the offset is of the first particle of the first type and is known for binary files only.
struct BlockPlace {
  std::uint64_t offset = 0;
  int width = 0;
};

/// The header of one file, in the file's own units, and the places of its blocks. Travels between
/// ranks as bytes. Zero means "not told" for units and cosmology.
struct FileHeader {
  FileKind kind = FileKind::binary_1;
  bool swapped = false;                            ///< the other byte order than this machine's
  std::array<std::uint64_t, type_count> counts{};  ///< in this file
  std::array<std::uint64_t, type_count> totals{};  ///< declared for the set, as stored
  std::array<std::uint64_t, type_count> totals_high{};  ///< high words
  std::array<double, type_count> mass{};
  double time = 0, redshift = 0, box_size = 0;
  double Omega_m = 0, Omega_lambda = 0, h = 0;
  std::uint64_t files = 0;
  double unit_length_cm = 0, unit_mass_g = 0, unit_velocity_cms = 0;
  bool units_hold_h = true;            ///< lengths and masses are per h (all Gadgets; not SWIFT)
  double velocity_a_exponent = 0.5;    ///< peculiar velocity = a^exponent times the stored one
  std::array<BlockPlace, 3> blocks{};  ///< by Quantity

  [[nodiscard]] const BlockPlace& block(Quantity field) const {
    return blocks[static_cast<std::size_t>(field)];
  }
  [[nodiscard]] std::uint64_t particles() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : counts) sum += count;
    return sum;
  }
};

/// Numbers as they came from disk; valid until the next reading.
struct RawNumbers {
  std::span<const std::byte> bytes;
  int width = 4;
  bool swapped = false;
};

class FileReader {
 public:
  virtual ~FileReader() = default;
  /// Particles [first, first + count) of a type of this file. @throws InputError, FileSystemError
  [[nodiscard]] virtual RawNumbers read(Quantity field, std::size_t type, std::uint64_t first,
                                        std::size_t count) = 0;
};

/// One record of a binary file.
struct BinaryRecord {
  std::string name;  ///< "HEAD", "POS", ...; in format 1 by its place, "block 5" after the IDs
  std::uint64_t offset = 0, bytes = 0;  ///< of the payload
};
[[nodiscard]] std::vector<BinaryRecord> list_binary_records(const std::filesystem::path& path);

[[nodiscard]] bool looks_like_binary(const std::filesystem::path& path);
[[nodiscard]] bool looks_like_hdf5(const std::filesystem::path& path);

/// Reads and checks a header and every block's place.
/// @throws FileSystemError, InputError naming file, block and numbers
[[nodiscard]] FileHeader read_file_header(const std::filesystem::path& path);
[[nodiscard]] FileHeader read_binary_header(const std::filesystem::path& path);
[[nodiscard]] FileHeader read_hdf5_header(const std::filesystem::path& path);

/// Opens a file whose facts are known.
[[nodiscard]] std::unique_ptr<FileReader> open_reader(const std::filesystem::path& path,
                                                      const FileHeader& facts);
[[nodiscard]] std::unique_ptr<FileReader> open_binary_reader(const std::filesystem::path& path,
                                                             const FileHeader& facts);
[[nodiscard]] std::unique_ptr<FileReader> open_hdf5_reader(const std::filesystem::path& path);

}  // namespace nubox::gadget
