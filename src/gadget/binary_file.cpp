#include "nubox/core/error.hpp"
#include "nubox/io/bytes.hpp"

#include "gadget/binary_header.hpp"

#include <algorithm>
#include <fcntl.h>

namespace nubox::gadget {
namespace {

constexpr std::uint64_t label_bytes = 8;
constexpr std::uint64_t marker_bytes = 4;
/// Index of the mass block in format 1: behind the IDs.
constexpr std::size_t mass_record = 4;

/// Order of the blocks in format 1, which has no names.
constexpr std::array<const char*, 4> record_order{"HEAD", "POS", "VEL", "ID"};

/// An open binary file with its byte order, its format and its Fortran records
/// (int32 length, payload, int32 length).
class BinaryFile {
 public:
  explicit BinaryFile(const std::filesystem::path& path)
      : file_(path, O_RDONLY), size_(file_.size()) {
    if (size_ < marker_bytes) throw InputError("{} is empty ({} bytes)", where(), size_);
    const std::uint64_t first = marker(0);
    swapped_ = !starts_snapshot(first);
    const std::uint64_t length = marker(0);
    if (!starts_snapshot(length)) {
      throw InputError(
          "{} is no Gadget snapshot: it is no HDF5 file, and its first record has length {}, "
          "neither 256 (format 1) nor 8 (format 2) in either byte order",
          where(), first);
    }
    named_ = length == label_bytes;
  }

  [[nodiscard]] bool swapped() const { return swapped_; }
  [[nodiscard]] bool named() const { return named_; }
  [[nodiscard]] std::string where() const { return file_.path().string(); }

  [[nodiscard]] std::vector<std::byte> payload(const BinaryRecord& record) const {
    std::vector<std::byte> bytes(record.bytes);
    read(record.offset, bytes);
    return bytes;
  }

  void read(std::uint64_t offset, std::span<std::byte> bytes) const {
    if (file_.read_at(offset, bytes) != bytes.size()) {
      throw InputError("{} is truncated: {} bytes wanted at byte {}, the file has {}", where(),
                       bytes.size(), offset, size_);
    }
  }

  [[nodiscard]] std::vector<BinaryRecord> records() const {
    std::vector<BinaryRecord> list;
    for (std::uint64_t offset = 0; offset < size_;) {
      std::string name = list.size() < record_order.size()
                             ? record_order[list.size()]
                             : "block " + std::to_string(list.size() + 1);
      if (named_) {
        const BinaryRecord label = record_at(offset, "label of " + name);
        if (label.bytes != label_bytes) {
          throw InputError("{}: the label before block {} at byte {} has {} bytes instead of 8",
                           where(), list.size() + 1, offset, label.bytes);
        }
        name = label_of(label);
        offset = label.offset + label.bytes + marker_bytes;
      }
      list.push_back(record_at(offset, name));
      offset = list.back().offset + list.back().bytes + marker_bytes;
    }
    return list;
  }

 private:
  /// Whether a first record of this length is a header or the label of one. The many lengths of
  /// Gadget-4's header must be confirmed by the marker behind it.
  [[nodiscard]] bool starts_snapshot(std::uint64_t length) const {
    if (length == gadget_2_header_bytes || length == label_bytes) return true;
    return gadget_4_types(length) > 0 && length + 2 * marker_bytes <= size_ &&
           marker(marker_bytes + length) == length;
  }

  [[nodiscard]] std::uint64_t marker(std::uint64_t offset) const {
    std::array<std::byte, marker_bytes> raw;
    read(offset, raw);
    return number_at<std::uint32_t>(raw, 0, swapped_);
  }

  /// The record that starts at a byte, with both its length markers checked.
  [[nodiscard]] BinaryRecord record_at(std::uint64_t offset, const std::string& name) const {
    const std::uint64_t left = size_ - std::min(size_, offset);
    const std::uint64_t length = left < marker_bytes ? 0 : marker(offset);
    if (left < length + 2 * marker_bytes) {
      throw InputError("{} is truncated: block {} at byte {} has {} bytes, the file ends after {}",
                       where(), name, offset, length, left);
    }
    const std::uint64_t closing = marker(offset + marker_bytes + length);
    if (closing != length) {
      throw InputError(
          "{} is damaged or no Gadget file: the record markers of block {} at byte {} disagree: "
          "{} before, {} after",
          where(), name, offset, length, closing);
    }
    return {name, offset + marker_bytes, length};
  }

  [[nodiscard]] std::string label_of(const BinaryRecord& label) const {
    std::array<std::byte, 4> raw;
    read(label.offset, raw);
    std::string name;
    for (const std::byte letter : raw) name += static_cast<char>(letter);
    return name.substr(0, name.find_last_not_of(std::string(" \0", 2)) + 1);
  }

  io::RawFile file_;
  std::uint64_t size_;
  bool swapped_ = false;
  bool named_ = false;
};

std::string list_text(const std::vector<BinaryRecord>& records) {
  std::string text;
  for (const BinaryRecord& record : records) {
    text += fmt::format("{}{} ({} bytes)", text.empty() ? "" : ", ", record.name, record.bytes);
  }
  return text;
}

/// Particles that have a number in a block.
std::uint64_t particles_in(Quantity quantity, const FileHeader& file_header) {
  return quantity == Quantity::mass ? file_header.first_in_block(quantity, type_count)
                                    : file_header.particles();
}

/// The mass block of format 1, which has no name: known by its place and its length.
BlockPlace find_unnamed_masses(const FileHeader& file_header,
                               const std::vector<BinaryRecord>& records) {
  const std::uint64_t count = particles_in(Quantity::mass, file_header);
  if (records.size() <= mass_record || count == 0) return {};
  const BinaryRecord& record = records[mass_record];
  for (const int width : {4, 8}) {
    if (record.bytes == count * static_cast<std::uint64_t>(width)) return {record.offset, width};
  }
  return {};
}

/// The width of a block's numbers follows from its length.
BlockPlace find_block(Quantity quantity, const FileHeader& file_header,
                      const std::vector<BinaryRecord>& records, const std::string& where) {
  if (quantity == Quantity::mass) {
    if (file_header.kind == FileKind::binary_1) return find_unnamed_masses(file_header, records);
    if (particles_in(quantity, file_header) == 0) return {};
  }
  const std::string name = block_name(file_header.kind, quantity);
  const auto record = std::find_if(records.begin(), records.end(),
                                   [&](const BinaryRecord& other) { return other.name == name; });
  const std::uint64_t particles = particles_in(quantity, file_header);
  if (record == records.end()) {
    if (quantity == Quantity::position && particles > 0) {
      throw InputError("{} has no block POS; its blocks: {}", where, list_text(records));
    }
    return {};
  }
  if (particles == 0 && record->bytes == 0) return {};
  const std::uint64_t numbers = components_of(quantity) * particles;
  for (const int width : {4, 8}) {
    if (record->bytes == numbers * static_cast<std::uint64_t>(width)) {
      return {record->offset, width};
    }
  }
  throw InputError(
      "{}: block {} has {} bytes, neither {} nor {} as the {} particles of its header need; its "
      "blocks: {}",
      where, name, record->bytes, 4 * numbers, 8 * numbers, particles, list_text(records));
}

class BinaryReader : public FileReader {
 public:
  BinaryReader(const std::filesystem::path& path, const FileHeader& file_header)
      : file_(path), file_header_(file_header) {}

  RawNumbers read(Quantity quantity, std::size_t type, std::uint64_t first,
                  std::size_t count) override {
    const BlockPlace& place = file_header_.block(quantity);
    first += file_header_.first_in_block(quantity, type);
    const std::size_t particle_bytes =
        components_of(quantity) * static_cast<std::size_t>(place.width);
    buffer_.resize(std::max(buffer_.size(), count * particle_bytes));
    const std::span<std::byte> bytes = std::span(buffer_).first(count * particle_bytes);
    file_.read(place.offset + first * particle_bytes, bytes);
    return {bytes, place.width, file_header_.swapped};
  }

 private:
  BinaryFile file_;
  FileHeader file_header_;
  std::vector<std::byte> buffer_;
};

}  // namespace

std::vector<BinaryRecord> list_binary_records(const std::filesystem::path& path) {
  return BinaryFile(path).records();
}

bool looks_like_binary(const std::filesystem::path& path) {
  try {
    const BinaryFile file(path);
    return true;
  } catch (const Error&) {
    return false;
  }
}

FileHeader read_binary_header(const std::filesystem::path& path) {
  const BinaryFile file(path);
  const std::vector<BinaryRecord> records = file.records();
  if (records.empty() || records[0].name != "HEAD" || !is_header_length(records[0].bytes)) {
    throw InputError("{} does not begin with a header of 256 bytes; its blocks: {}", file.where(),
                     list_text(records));
  }
  FileHeader file_header =
      parse_binary_header(file.payload(records[0]), file.swapped(), file.where());
  file_header.kind = file.named() ? FileKind::binary_2 : FileKind::binary_1;
  for (const Quantity quantity :
       {Quantity::position, Quantity::velocity, Quantity::id, Quantity::mass}) {
    file_header.blocks[static_cast<std::size_t>(quantity)] =
        find_block(quantity, file_header, records, file.where());
  }
  for (std::size_t type = 0; type < type_count; ++type) {
    file_header.has_masses[type] =
        file_header.in_mass_block(type) && file_header.block(Quantity::mass).width > 0;
  }
  return file_header;
}

std::unique_ptr<FileReader> open_binary_reader(const std::filesystem::path& path,
                                               const FileHeader& file_header) {
  return std::make_unique<BinaryReader>(path, file_header);
}

}  // namespace nubox::gadget
