#include "nubox/fft/low_pass.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/fft/modes.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>

#include <fftw3.h>

namespace nubox::fft {
namespace {

using Modes = std::vector<std::complex<float>>;

fftwf_complex* as_fftw(std::complex<float>* modes) {
  return reinterpret_cast<fftwf_complex*>(modes);
}

}  // namespace

/// Transforms along z, y and x keep what passes after each of them. A call transforms one plane,
/// (y, z) or (x, kz), with the same arithmetic on every rank. Between y and x, kept columns ky are
/// distributed over the ranks.
struct LowPass::Parts {
  par::SlabLayout layout;
  std::size_t n, columns;             ///< points of an axis, kept kz
  std::vector<std::size_t> kept{};    ///< indices of the kept modes of x and y
  std::vector<float> factor{};        ///< by |n|^2, transforms' normalisation included
  par::SlabLayout ky_layout;          ///< of `kept`
  fftwf_plan rows_forward = nullptr;  ///< n rows: real z -> kz
  fftwf_plan rows_backward = nullptr;
  fftwf_plan columns_forward = nullptr;  ///< kept kz: y -> ky, or x -> kx
  fftwf_plan columns_backward = nullptr;

  Parts(const par::SlabLayout& lattice, std::vector<std::size_t> indices, std::size_t kz_count)
      : layout(lattice),
        n(lattice.n()),
        columns(kz_count),
        kept(std::move(indices)),
        ky_layout(lattice.comm(), kept.size()) {}
  ~Parts() {
    for (fftwf_plan plan : {rows_forward, rows_backward, columns_forward, columns_backward}) {
      if (plan != nullptr) fftwf_destroy_plan(plan);
    }
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  void make_plans();
  [[nodiscard]] Modes plane_modes(std::span<float> values) const;
  [[nodiscard]] Modes exchanged(const Modes& modes, bool to_columns) const;
  void filter(Modes& columns_of_ky) const;
  void subtract(const Modes& modes, std::span<float> values) const;
};

void LowPass::Parts::make_plans() {
  const int size = static_cast<int>(n), modes = size / 2 + 1, kz = static_cast<int>(columns);
  // The same algorithm for every alignment; ESTIMATE does not write to the arrays.
  constexpr unsigned flags = FFTW_ESTIMATE | FFTW_UNALIGNED;
  std::vector<float> real(n * n);
  Modes wide(n * (n / 2 + 1));
  fftwf_complex* complex = as_fftw(wide.data());
  rows_forward = fftwf_plan_many_dft_r2c(1, &size, size, real.data(), nullptr, 1, size, complex,
                                         nullptr, 1, modes, flags | FFTW_PRESERVE_INPUT);
  rows_backward = fftwf_plan_many_dft_c2r(1, &size, size, complex, nullptr, 1, modes, real.data(),
                                          nullptr, 1, size, flags);
  const auto plan_columns = [&](int sign) {
    return fftwf_plan_many_dft(1, &size, kz, complex, nullptr, kz, 1, complex, nullptr, kz, 1, sign,
                               flags);
  };
  columns_forward = plan_columns(FFTW_FORWARD);
  columns_backward = plan_columns(FFTW_BACKWARD);
  for (fftwf_plan plan : {rows_forward, rows_backward, columns_forward, columns_backward}) {
    if (plan == nullptr) throw NumericalError("FFTW cannot plan a lattice of {}^3 sites", n);
  }
}

/// Kept modes of y and z of the planes of this rank: [ky][x][kz].
Modes LowPass::Parts::plane_modes(std::span<float> values) const {
  const std::size_t planes = layout.local().count, row = n / 2 + 1;
  Modes wide(n * row), narrow(n * columns), modes(kept.size() * planes * columns);
  for (std::size_t x = 0; x < planes; ++x) {
    fftwf_execute_dft_r2c(rows_forward, values.data() + x * n * n, as_fftw(wide.data()));
    for (std::size_t y = 0; y < n; ++y) {
      std::copy_n(wide.data() + y * row, columns, narrow.data() + y * columns);
    }
    fftwf_execute_dft(columns_forward, as_fftw(narrow.data()), as_fftw(narrow.data()));
    for (std::size_t j = 0; j < kept.size(); ++j) {
      std::copy_n(narrow.data() + kept[j] * columns, columns,
                  modes.data() + (j * planes + x) * columns);
    }
  }
  return modes;
}

/// From [ky][x][kz] of the planes of this rank to [ky][x][kz] of its columns ky, or back.
Modes LowPass::Parts::exchanged(const Modes& modes, bool to_columns) const {
  const auto ranks = static_cast<std::size_t>(layout.comm().size());
  const std::size_t planes = layout.local().count, own_ky = ky_layout.local().count;
  // Values of the planes of this rank in the columns of another one, and the reverse.
  std::vector<std::size_t> of_planes(ranks), of_columns(ranks);
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    of_planes[rank] = ky_layout.slab_of(static_cast<int>(rank)).count * planes * columns;
    of_columns[rank] = layout.slab_of(static_cast<int>(rank)).count * own_ky * columns;
  }
  // A block of another rank's planes in the columns of this one is contiguous in messages only.
  const auto for_each_run = [&](auto&& visit) {
    std::size_t at = 0;
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      const par::Slab slab = layout.slab_of(static_cast<int>(rank));
      for (std::size_t j = 0; j < own_ky; ++j) {
        visit((j * n + slab.start) * columns, at, slab.count * columns);
        at += slab.count * columns;
      }
    }
  };
  Modes result(to_columns ? own_ky * n * columns : kept.size() * planes * columns);
  Modes message(own_ky * n * columns);
  using Value = std::complex<float>;
  if (to_columns) {
    layout.comm().all_to_all<Value>(modes, of_planes, message, of_columns);
    for_each_run([&](std::size_t place, std::size_t at, std::size_t count) {
      std::copy_n(message.data() + at, count, result.data() + place);
    });
  } else {
    for_each_run([&](std::size_t place, std::size_t at, std::size_t count) {
      std::copy_n(modes.data() + place, count, message.data() + at);
    });
    layout.comm().all_to_all<Value>(message, of_columns, result, of_planes);
  }
  return result;
}

void LowPass::Parts::filter(Modes& columns_of_ky) const {
  Modes passed(n * columns);
  for (std::size_t j = 0; j < ky_layout.local().count; ++j) {
    std::complex<float>* plane = columns_of_ky.data() + j * n * columns;
    fftwf_execute_dft(columns_forward, as_fftw(plane), as_fftw(plane));
    const std::int64_t ny = signed_frequency(kept[ky_layout.local().start + j], n);
    std::ranges::fill(passed, 0);
    for (const std::size_t i : kept) {
      const std::int64_t nx = signed_frequency(i, n);
      for (std::size_t kz = 0; kz < columns; ++kz) {
        const auto norm2 =
            static_cast<std::size_t>(nx * nx + ny * ny + static_cast<std::int64_t>(kz * kz));
        passed[i * columns + kz] = factor[norm2] * plane[i * columns + kz];
      }
    }
    fftwf_execute_dft(columns_backward, as_fftw(passed.data()), as_fftw(plane));
  }
}

void LowPass::Parts::subtract(const Modes& modes, std::span<float> values) const {
  const std::size_t planes = layout.local().count, row = n / 2 + 1;
  Modes wide(n * row), narrow(n * columns);
  std::vector<float> smooth(n * n);
  for (std::size_t x = 0; x < planes; ++x) {
    std::ranges::fill(narrow, 0);
    for (std::size_t j = 0; j < kept.size(); ++j) {
      std::copy_n(modes.data() + (j * planes + x) * columns, columns,
                  narrow.data() + kept[j] * columns);
    }
    fftwf_execute_dft(columns_backward, as_fftw(narrow.data()), as_fftw(narrow.data()));
    std::ranges::fill(wide, 0);  // c2r overwrites its input
    for (std::size_t y = 0; y < n; ++y) {
      std::copy_n(narrow.data() + y * columns, columns, wide.data() + y * row);
    }
    fftwf_execute_dft_c2r(rows_backward, as_fftw(wide.data()), smooth.data());
    const std::span<float> plane = values.subspan(x * n * n, n * n);
    std::ranges::transform(plane, smooth, plane.begin(), std::minus<>());
  }
}

LowPass::LowPass(const par::SlabLayout& layout, double box_size_mpch, double k_max_hmpc,
                 const std::function<double(double k_hmpc)>& filter) {
  const std::size_t n = layout.n();
  const double k_fundamental = 2 * units::pi / box_size_mpch;
  const auto largest =
      static_cast<std::size_t>(std::min(k_max_hmpc / k_fundamental, static_cast<double>(n / 2)));
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < n; ++i) {
    if (static_cast<std::size_t>(std::abs(signed_frequency(i, n))) <= largest) kept.push_back(i);
  }
  parts_ = std::make_unique<Parts>(layout, std::move(kept), largest + 1);
  parts_->make_plans();
  const double norm = std::pow(static_cast<double>(n), -3);
  for (std::size_t norm2 = 0; norm2 <= 3 * largest * largest; ++norm2) {
    const double k = k_fundamental * std::sqrt(static_cast<double>(norm2));
    parts_->factor.push_back(static_cast<float>(norm * (norm2 == 0 ? 1 : filter(k))));
  }
}

LowPass::~LowPass() = default;

void LowPass::subtract_from(std::span<float> values) const {
  Modes modes = parts_->exchanged(parts_->plane_modes(values), true);
  parts_->filter(modes);
  parts_->subtract(parts_->exchanged(modes, false), values);
}

}  // namespace nubox::fft
