#pragma once

#include "nubox/core/error.hpp"
#include "nubox/io/field_file.hpp"
#include "nubox/par/comm.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

namespace nubox::test {

/// A directory of its own for one test, the same on all ranks; removed at the end. Collective.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const par::Comm& comm) : comm_(comm) {
    std::string name = "nubox-io-" + std::to_string(comm.size()) + "-" + std::to_string(::getpid());
    path_ = std::filesystem::temp_directory_path() / comm.broadcast(name);
    if (comm.is_root()) std::filesystem::create_directories(path_);
    comm.barrier();
  }
  ~TemporaryDirectory() {
    comm_.barrier();
    if (comm_.is_root()) std::filesystem::remove_all(path_);
    comm_.barrier();
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }
  [[nodiscard]] std::size_t entries() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path_)) ++count;
    return count;
  }

 private:
  const par::Comm& comm_;
  std::filesystem::path path_;
};

/// The error that `work` ends in; none if it succeeds.
inline std::optional<Error> error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

inline std::string contents_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void overwrite(const std::filesystem::path& path, const std::string& contents) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << contents;
}

inline io::FieldHeader example_header(std::size_t n) {
  io::FieldHeader header;
  header.box_size_mpch = 125;
  header.n = n;
  header.redshift = 0.5;
  header.Omega_m = 0.3175;
  header.Omega_b = 0.049;
  header.h = 0.6711;
  header.n_s = 0.9624;
  header.A_s = 2.13e-9;
  header.M_nu_eV = 0.15;
  header.origin = "simulate";
  header.seed = 7;
  header.extra["steps"] = std::int64_t{24};
  header.extra["method"] = std::string("pm, a=b:c\n");
  return header;
}

/// A value that tells component and site, so that a misplaced plane is seen.
inline float example_value(std::size_t c, std::size_t x, std::size_t y, std::size_t z) {
  return static_cast<float>(std::sin(double(c) + 0.1 * double(x)) + 0.01 * double(y) -
                            0.003 * double(z));
}

inline std::vector<float> example_slab(const par::SlabLayout& layout) {
  const std::size_t n = layout.n();
  std::vector<float> values;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t x = layout.local().start; x < layout.local().end(); ++x) {
      for (std::size_t y = 0; y < n; ++y) {
        for (std::size_t z = 0; z < n; ++z) values.push_back(example_value(c, x, y, z));
      }
    }
  }
  return values;
}

}  // namespace nubox::test
