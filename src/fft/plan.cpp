#include "nubox/fft/plan.hpp"

#include "nubox/core/error.hpp"

#include "fft/transposition.hpp"

#include <fftw3.h>

namespace nubox::fft {
namespace {

/// ESTIMATE gives the same plan in every run and hence the same bits. It is at most a third slower
/// than MEASURE at 512^3.
constexpr unsigned planner_flags = FFTW_ESTIMATE;

struct FftwFree {
  void operator()(float* buffer) const { fftwf_free(buffer); }
};

fftwf_complex* as_modes(float* buffer) { return reinterpret_cast<fftwf_complex*>(buffer); }

}  // namespace

/// Serial plans for the steps before and after the transposition. Each call transforms one plane of
/// the mesh with the same arithmetic on every rank, and the transposition only moves data: the bits
/// of a transform do not depend on the number of ranks. (FFTW's distributed plans transform all
/// planes of a slab in one call, whose algorithm and rounding change with its size, and need memory
/// for the block of a rank in addition to the slab.)
struct Plan::Handles {
  Handles(const par::SlabLayout& layout, std::size_t row_floats) : messages(layout, row_floats) {}
  Messages messages;                   ///< of the transposition between the steps
  fftwf_plan plane_forward = nullptr;  ///< one x plane, (y, z) real -> (ky, kz)
  fftwf_plan plane_backward = nullptr;
  fftwf_plan columns_forward = nullptr;  ///< one ky plane, x -> kx for every kz
  fftwf_plan columns_backward = nullptr;
  ~Handles() {
    for (fftwf_plan plan : {plane_forward, plane_backward, columns_forward, columns_backward}) {
      if (plan != nullptr) fftwf_destroy_plan(plan);
    }
  }
  [[nodiscard]] bool complete() const {
    return plane_forward != nullptr && plane_backward != nullptr && columns_forward != nullptr &&
           columns_backward != nullptr;
  }
};

std::shared_ptr<const Plan> Plan::create(const par::Comm& comm, std::size_t n) {
  return std::shared_ptr<const Plan>(new Plan(comm, n));
}

Plan::Plan(const par::Comm& comm, std::size_t n)
    : layout_(comm, n),
      row_floats_(2 * (n / 2 + 1)),
      handles_(std::make_unique<Handles>(layout_, row_floats_)) {
  // With the alignment of all later buffers; ESTIMATE does not write to it.
  const std::unique_ptr<float, FftwFree> scratch(fftwf_alloc_real(plane_floats()));
  plan_planes(scratch.get());
  if (!handles_->complete()) {
    throw NumericalError("FFTW cannot plan a mesh of {}^3 points", n);
  }
}

Plan::~Plan() = default;

void Plan::plan_planes(float* scratch) const {
  const auto size = static_cast<int>(layout_.n());
  const int columns = size / 2 + 1;
  fftwf_complex* modes = as_modes(scratch);
  // One plan can be used for all planes if they have the same alignment.
  const bool alike = fftwf_alignment_of(scratch) == fftwf_alignment_of(scratch + plane_floats());
  const unsigned flags = planner_flags | (alike ? 0U : FFTW_UNALIGNED);
  handles_->plane_forward = fftwf_plan_dft_r2c_2d(size, size, scratch, modes, flags);
  handles_->plane_backward = fftwf_plan_dft_c2r_2d(size, size, modes, scratch, flags);
  const auto plan_columns = [&](int sign) {
    return fftwf_plan_many_dft(1, &size, columns, modes, nullptr, columns, 1, modes, nullptr,
                               columns, 1, sign, flags);
  };
  handles_->columns_forward = plan_columns(FFTW_FORWARD);
  handles_->columns_backward = plan_columns(FFTW_BACKWARD);
}

void Plan::forward(float* buffer) const {
  for (std::size_t x = 0; x < layout_.local().count; ++x) {
    float* plane = buffer + x * plane_floats();
    fftwf_execute_dft_r2c(handles_->plane_forward, plane, as_modes(plane));
  }
  transpose(layout_, row_floats_, buffer, handles_->messages);
  for (std::size_t ky = 0; ky < ky_slab().count; ++ky) {
    fftwf_complex* plane = as_modes(buffer + ky * plane_floats());
    fftwf_execute_dft(handles_->columns_forward, plane, plane);
  }
}

void Plan::backward(float* buffer) const {
  for (std::size_t ky = 0; ky < ky_slab().count; ++ky) {
    fftwf_complex* plane = as_modes(buffer + ky * plane_floats());
    fftwf_execute_dft(handles_->columns_backward, plane, plane);
  }
  transpose(layout_, row_floats_, buffer, handles_->messages);
  for (std::size_t x = 0; x < layout_.local().count; ++x) {
    float* plane = buffer + x * plane_floats();
    fftwf_execute_dft_c2r(handles_->plane_backward, as_modes(plane), plane);
  }
}

std::string library_text() {
  return std::string(fftwf_version) + ", single precision, slabs, transposed, ESTIMATE";
}

}  // namespace nubox::fft
