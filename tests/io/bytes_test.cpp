#include "nubox/io/bytes.hpp"

#include "nubox/io/file_frame.hpp"

#include "support/files.hpp"
#include "support/temporary_directory.hpp"

#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

TEST(RawFile, bytes_written_at_an_offset_are_read_there_and_zeros_before) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  io::RawFile file(directory / "file", O_RDWR | O_CREAT);
  file.write_at(3, bytes_of("abc"));
  EXPECT_EQ(file.size(), 6u);
  std::string read(10, '?');
  EXPECT_EQ(file.read_at(0, std::as_writable_bytes(std::span(read))), 6u);
  EXPECT_EQ(read.substr(0, 6), std::string("\0\0\0abc", 6));
  file.close();
  EXPECT_EQ(io::read_bytes(directory / "file"), std::string("\0\0\0abc", 6));
}

TEST(RawFile, reserve_sets_the_size_and_map_shows_the_bytes) {
  io::RawFile file = io::RawFile::in_memory();
  file.reserve(4096);
  EXPECT_EQ(file.size(), 4096u);
  file.write_at(0, bytes_of("mapped"));
  void* memory = file.map(4096);
  EXPECT_EQ(std::memcmp(memory, "mapped", 6), 0);
  ::munmap(memory, 4096);
}

TEST(RawFile, a_file_without_name_does_not_show_in_its_directory) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  io::RawFile file = io::RawFile::without_name(directory / "");
  file.write_at(0, bytes_of("x"));
  EXPECT_EQ(file.size(), 1u);
  EXPECT_EQ(directory.entries(), 0u);
}

TEST(RawFile, errors_name_the_file_and_the_reason_of_the_system) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  const auto error = error_of([&] { (void)io::read_bytes(directory / "absent"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::filesystem);
  EXPECT_NE(std::string(error->what()).find("absent: No such file"), std::string::npos);
}

TEST(RawFile, writing_a_whole_file_replaces_what_it_contained) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  io::write_bytes(directory / "file", bytes_of("a longer text"));
  io::write_bytes(directory / "file", bytes_of("short"));
  EXPECT_EQ(contents_of(directory / "file"), "short");
  io::write_synced(directory / "file", bytes_of("new"));
  EXPECT_EQ(contents_of(directory / "file"), "new");
}

TEST(FileFrame, bytes_around_arrays_and_arrays_written_apart_make_the_whole_file) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  const std::string whole = "head<array 1>middle<array 2>tail";
  const std::size_t first = whole.find("<array 1>"), second = whole.find("<array 2>");
  io::RawFile memory = io::RawFile::in_memory();
  memory.write_at(0, bytes_of(whole));
  // Extents in any order.
  const io::FileFrame frame = io::frame_around(memory, {{second, 9}, {first, 9}});
  EXPECT_EQ(frame.file_bytes, whole.size());
  io::RawFile file(directory / "file", O_RDWR | O_CREAT);
  file.reserve(frame.file_bytes);
  io::write_frame(file, frame);
  std::string expected = whole;
  for (const std::size_t start : {first, second}) expected.replace(start, 9, 9, '\0');
  EXPECT_EQ(contents_of(directory / "file"), expected);
  file.write_at(first, bytes_of("<array 1>"));
  file.write_at(second, bytes_of("<array 2>"));
  EXPECT_EQ(contents_of(directory / "file"), whole);
}

}  // namespace
}  // namespace nubox::test
