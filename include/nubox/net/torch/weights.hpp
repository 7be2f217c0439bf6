#pragma once

#include "nubox/io/table_file.hpp"

#include <string>

#include <torch/torch.h>

namespace nubox::net {

/// A tensor as an array of a table file (float32 or int64; contiguous, on the CPU) and back.
[[nodiscard]] io::Array to_array(const torch::Tensor& tensor);
/// Copies an array into a tensor of the same shape, keeping its device and memory layout.
/// @throws InputError naming `name` if shape or type differ
void copy_from_array(const io::Array& array, torch::Tensor& tensor, const std::string& name);

/// All parameters and buffers of a module as arrays "<group>/<name>", and back.
/// Reading @throws InputError if one is missing, unfit or unknown.
void write_module(const torch::nn::Module& module, const std::string& group, io::TableFile& table);
void read_module(const io::TableFile& table, const std::string& group, torch::nn::Module& module);

}  // namespace nubox::net
