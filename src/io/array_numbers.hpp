#pragma once

#include "nubox/core/checksum.hpp"
#include "nubox/io/hdf5.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace nubox::io {

/// HDF5 types of array elements: little-endian in the file, native in memory.
template <class T>
struct NumberType;
template <>
struct NumberType<float> {
  static hid_t file() { return H5T_IEEE_F32LE; }
  static hid_t memory() { return H5T_NATIVE_FLOAT; }
};
template <>
struct NumberType<double> {
  static hid_t file() { return H5T_IEEE_F64LE; }
  static hid_t memory() { return H5T_NATIVE_DOUBLE; }
};
template <>
struct NumberType<std::int64_t> {
  static hid_t file() { return H5T_STD_I64LE; }
  static hid_t memory() { return H5T_NATIVE_INT64; }
};
template <>
struct NumberType<std::uint64_t> {
  static hid_t file() { return H5T_STD_U64LE; }
  static hid_t memory() { return H5T_NATIVE_UINT64; }
};

[[nodiscard]] inline std::size_t elements(const std::vector<std::size_t>& shape) {
  std::size_t count = 1;
  for (const std::size_t extent : shape) count *= extent;
  return count;
}

/// As stored in the attribute "checksum" of a dataset.
template <class T>
[[nodiscard]] std::string array_checksum(const std::vector<T>& values) {
  return checksum_text(checksum_of(std::span<const T>(values)));
}

}  // namespace nubox::io
