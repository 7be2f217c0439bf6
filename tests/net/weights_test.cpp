#include "nubox/net/torch/weights.hpp"

#include "nubox/core/error.hpp"
#include "nubox/net/model_attributes.hpp"

#include <gtest/gtest.h>

namespace nubox::net {
namespace {

torch::nn::Conv3d layer() { return torch::nn::Conv3d(torch::nn::Conv3dOptions(2, 3, 3)); }

TEST(Weights, tensor_returns_from_an_array_with_its_bits_and_keeps_its_layout) {
  const auto values = torch::randn({2, 3, 4, 4, 4});
  const io::Array array = to_array(values.contiguous(at::MemoryFormat::ChannelsLast3d));
  EXPECT_EQ(array.shape, (std::vector<std::size_t>{2, 3, 4, 4, 4}));
  auto copy = torch::zeros_like(values).contiguous(at::MemoryFormat::ChannelsLast3d);
  copy_from_array(array, copy, "weight");
  EXPECT_TRUE(copy.is_contiguous(at::MemoryFormat::ChannelsLast3d));
  EXPECT_TRUE(torch::equal(copy, values));
}

TEST(Weights, array_of_another_shape_or_type_is_refused_by_name) {
  auto tensor = torch::zeros({2, 3});
  EXPECT_THROW(copy_from_array(to_array(torch::zeros({3, 2})), tensor, "w"), InputError);
  EXPECT_THROW(copy_from_array(to_array(torch::zeros({2, 3}, torch::kInt64)), tensor, "w"),
               InputError);
}

TEST(Weights, module_is_read_as_written_and_only_if_every_array_is_there) {
  const auto written = layer();
  auto read = layer();
  io::TableFile table;
  write_module(*written, "network", table);
  read_module(table, "network", *read);
  EXPECT_TRUE(torch::equal(read->weight, written->weight));
  EXPECT_TRUE(torch::equal(read->bias, written->bias));
  io::TableFile unknown = table;
  unknown.arrays["network/other"] = to_array(torch::zeros({1}));
  EXPECT_THROW(read_module(unknown, "network", *read), InputError);
  table.arrays.erase("network/bias");
  EXPECT_THROW(read_module(table, "network", *read), InputError);
}

TEST(ModelAttributes, numbers_out_of_range_and_errors_of_options_are_errors_of_the_file) {
  const io::Attributes attributes{{"levels", std::int64_t{-1}}, {"channels", std::int64_t{16}}};
  EXPECT_EQ(attribute<std::size_t>(attributes, "channels"), 16U);
  EXPECT_THROW((void)attribute<std::size_t>(attributes, "levels"), InputError);
  EXPECT_THROW((void)attribute<std::size_t>(attributes, "kernel"), InputError);
  EXPECT_THROW((void)from_file([]() -> int { throw UsageError("unknown kind"); }), InputError);
}

}  // namespace
}  // namespace nubox::net
