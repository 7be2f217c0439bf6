#include "gadget/block_sums.hpp"

#include "support/files.hpp"

#include <array>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

std::vector<std::uint32_t> words(std::size_t count) {
  std::vector<std::uint32_t> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<std::uint32_t>(i * 2654435761u);
  return values;
}

TEST(BlockSums, parts_add_up_to_the_sum_of_the_whole) {
  const auto values = words(1000);
  const auto bytes = std::as_bytes(std::span(values));
  const std::uint64_t whole = gadget::word_sum(bytes, 7);
  for (const std::size_t cut : {0, 1, 333, 1000}) {
    EXPECT_EQ(gadget::word_sum(bytes.first(4 * cut), 7) +
                  gadget::word_sum(bytes.subspan(4 * cut), 7 + cut),
              whole);
  }
}

TEST(BlockSums, every_flipped_bit_and_every_exchange_of_words_changes_the_sum) {
  auto values = words(64);
  const auto sum = [&] { return gadget::word_sum(std::as_bytes(std::span(values)), 0); };
  const std::uint64_t good = sum();
  for (std::size_t bit = 0; bit < 32 * values.size(); ++bit) {
    values[bit / 32] ^= 1u << bit % 32;
    EXPECT_NE(sum(), good) << bit;
    values[bit / 32] ^= 1u << bit % 32;
  }
  for (std::size_t i = 1; i < values.size(); ++i) {
    std::swap(values[0], values[i]);
    EXPECT_NE(sum(), good) << i;
    std::swap(values[0], values[i]);
  }
}

TEST(BlockSums, the_tail_of_a_header_gives_them_back_and_proves_the_header) {
  const gadget::BlockSums sums{.value = {1, 2, ~std::uint64_t{0}}, .known = true};
  std::array<std::byte, 256> header{};
  EXPECT_FALSE(gadget::read_sums_tail(header, "snap").known);
  gadget::write_sums_tail(sums, header);
  EXPECT_TRUE(gadget::read_sums_tail(header, "snap").known);
  EXPECT_EQ(gadget::read_sums_tail(header, "snap").value, sums.value);
  header[130] ^= std::byte{1};
  const auto error = error_of([&] { (void)gadget::read_sums_tail(header, "snap"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::input);
}

TEST(BlockSums, attributes_give_them_back) {
  const gadget::BlockSums sums{.value = {1, 2, ~std::uint64_t{0}}, .known = true};
  io::Attributes attributes = gadget::attributes_of(sums);
  EXPECT_EQ(gadget::sums_of(attributes, "snap").value, sums.value);
  attributes["Coordinates"] = std::string("no number");
  EXPECT_TRUE(error_of([&] { (void)gadget::sums_of(attributes, "snap"); }));
  attributes.erase("Coordinates");
  EXPECT_TRUE(error_of([&] { (void)gadget::sums_of(attributes, "snap"); }));
}

}  // namespace
}  // namespace nubox::test
