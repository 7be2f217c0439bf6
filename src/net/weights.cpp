#include "nubox/net/torch/weights.hpp"

#include "nubox/core/error.hpp"

#include <map>

#include <fmt/ranges.h>

namespace nubox::net {
namespace {

template <class T>
std::vector<T> values_of(const torch::Tensor& tensor) {
  const torch::Tensor plain = tensor.detach().cpu().contiguous();
  const T* data = plain.const_data_ptr<T>();
  return {data, data + plain.numel()};
}

std::vector<std::size_t> shape_of(const torch::Tensor& tensor) {
  std::vector<std::size_t> shape;
  for (const std::int64_t size : tensor.sizes()) shape.push_back(static_cast<std::size_t>(size));
  if (shape.empty()) shape.push_back(1);  // a scalar counter is stored as one element
  return shape;
}

template <class T>
void copy_values(const std::vector<T>& values, torch::Tensor& tensor) {
  const torch::Tensor source = torch::from_blob(const_cast<T*>(values.data()), tensor.sizes(),
                                                c10::CppTypeToScalarType<T>::value);
  tensor.copy_(source);
}

std::map<std::string, torch::Tensor> named_tensors(const torch::nn::Module& module) {
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& item : module.named_parameters()) tensors.emplace(item.key(), item.value());
  for (const auto& item : module.named_buffers()) tensors.emplace(item.key(), item.value());
  return tensors;
}

}  // namespace

io::Array to_array(const torch::Tensor& tensor) {
  io::Array array;
  array.shape = shape_of(tensor);
  if (tensor.scalar_type() == torch::kInt64) {
    array.values = values_of<std::int64_t>(tensor);
  } else {
    array.values = values_of<float>(tensor);
  }
  return array;
}

void copy_from_array(const io::Array& array, torch::Tensor& tensor, const std::string& name) {
  if (array.shape != shape_of(tensor)) {
    throw InputError("weight '{}' has shape [{}], expected [{}]", name,
                     fmt::join(array.shape, ", "), fmt::join(shape_of(tensor), ", "));
  }
  const torch::NoGradGuard no_grad;
  const auto* floats = std::get_if<std::vector<float>>(&array.values);
  const auto* integers = std::get_if<std::vector<std::int64_t>>(&array.values);
  if (tensor.scalar_type() == torch::kFloat32 && floats != nullptr)
    return copy_values(*floats, tensor);
  if (tensor.scalar_type() == torch::kInt64 && integers != nullptr)
    return copy_values(*integers, tensor);
  throw InputError("weight '{}' is stored with another number type", name);
}

void write_module(const torch::nn::Module& module, const std::string& group, io::TableFile& table) {
  for (const auto& [name, tensor] : named_tensors(module)) {
    table.arrays[group + "/" + name] = to_array(tensor);
  }
}

void read_module(const io::TableFile& table, const std::string& group, torch::nn::Module& module) {
  std::size_t stored = 0;
  for (const auto& item : table.arrays) stored += item.first.starts_with(group + "/") ? 1 : 0;
  auto tensors = named_tensors(module);
  for (auto& [name, tensor] : tensors) {
    const auto found = table.arrays.find(group + "/" + name);
    if (found == table.arrays.end()) throw InputError("weight '{}' is missing", name);
    copy_from_array(found->second, tensor, name);
  }
  if (stored != tensors.size()) {
    throw InputError("{} weights are stored, the architecture has {}", stored, tensors.size());
  }
}

}  // namespace nubox::net
