#include "fft/transposition.hpp"

#include <algorithm>
#include <span>

namespace nubox::fft {
namespace {

/// A slab [plane][column][row] whose columns are distributed over ranks as its planes are. This
/// rank and rank d exchange equal numbers of rows: those of the planes of one in the columns of the
/// other.
class SlabRows {
 public:
  SlabRows(const par::SlabLayout& layout, std::size_t row_floats, float* values)
      : layout_(layout), row_floats_(row_floats), values_(values) {}

  void transpose_own_block();
  void exchange_block(int partner, std::span<float> leaving, std::span<float> arriving);

 private:
  [[nodiscard]] float* row(std::size_t plane, std::size_t column) const {
    return values_ + (plane * layout_.n() + column) * row_floats_;
  }
  const par::SlabLayout& layout_;
  std::size_t row_floats_;
  float* values_;
};

void SlabRows::transpose_own_block() {
  const par::Slab& own = layout_.local();
  for (std::size_t a = 0; a < own.count; ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      float* one = row(a, own.start + b);
      std::swap_ranges(one, one + row_floats_, row(b, own.start + a));
    }
  }
}

/// The lower rank iterates over its block by planes, the higher one by columns. Row i that arrives
/// then replaces row i that left, and messages may have any length.
void SlabRows::exchange_block(int partner, std::span<float> leaving, std::span<float> arriving) {
  const par::Slab own = layout_.local(), other = layout_.slab_of(partner);
  const bool lower = layout_.comm().rank() < partner;
  const std::size_t inner = lower ? other.count : own.count;
  const auto place = [&](std::size_t i) {
    const std::size_t plane = lower ? i / inner : i % inner;
    const std::size_t column = lower ? i % inner : i / inner;
    return row(plane, other.start + column);
  };
  const std::size_t rows = own.count * other.count, most = leaving.size() / row_floats_;
  for (std::size_t first = 0; first < rows; first += most) {
    const std::size_t count = std::min(most, rows - first), floats = count * row_floats_;
    for (std::size_t i = 0; i < count; ++i) {
      std::copy_n(place(first + i), row_floats_, leaving.data() + i * row_floats_);
    }
    layout_.comm().sendrecv<float>(partner, leaving.first(floats), arriving.first(floats));
    for (std::size_t i = 0; i < count; ++i) {
      std::copy_n(arriving.data() + i * row_floats_, row_floats_, place(first + i));
    }
  }
}

}  // namespace

Messages::Messages(const par::SlabLayout& layout, std::size_t row_floats, std::size_t bytes) {
  if (layout.comm().size() == 1) return;
  const std::size_t largest_block = layout.slab_of(0).count * layout.slab_of(0).count;
  const std::size_t rows =
      std::clamp<std::size_t>(bytes / (row_floats * sizeof(float)), 1, largest_block);
  leaving.resize(rows * row_floats);
  arriving.resize(rows * row_floats);
}

void transpose(const par::SlabLayout& layout, std::size_t row_floats, float* slab,
               Messages& messages) {
  SlabRows rows(layout, row_floats, slab);
  rows.transpose_own_block();
  const int ranks = layout.comm().size(), rank = layout.comm().rank();
  // In each round every rank has one partner, and every pair of ranks occurs once.
  for (int round = 0; round < ranks; ++round) {
    const int partner = (round - rank + ranks) % ranks;
    if (partner != rank) rows.exchange_block(partner, messages.leaving, messages.arriving);
  }
}

}  // namespace nubox::fft
