#include "nubox/fft/plan.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>
#include <mutex>

#include <fftw3-mpi.h>

namespace nubox::fft {
namespace {

/// ESTIMATE: with transposed output it is within a third of MEASURE at 512^3, and two runs get the
/// same plan, hence the same bits.
constexpr unsigned planner_flags = FFTW_ESTIMATE;

void start_library() {
  static std::once_flag once;
  std::call_once(once, [] { fftwf_mpi_init(); });
}

struct FftwFree {
  void operator()(float* buffer) const { fftwf_free(buffer); }
};

fftwf_complex* as_modes(float* buffer) { return reinterpret_cast<fftwf_complex*>(buffer); }

}  // namespace

/// The three steps of a transform. Each call of a serial plan does the same arithmetic on one plane
/// of the mesh, whichever rank owns it, and the transposition only moves data: the bits of a
/// transform do not depend on the number of ranks. (FFTW's own distributed plans join the planes of
/// a slab in one problem, whose algorithm and rounding change with its size.)
struct Plan::Handles {
  fftwf_plan plane_forward = nullptr;  ///< one x plane, (y, z) real -> (ky, kz)
  fftwf_plan plane_backward = nullptr;
  fftwf_plan transposition = nullptr;    ///< [x][ky][kz] over ranks -> [ky][x][kz], and back
  fftwf_plan columns_forward = nullptr;  ///< one ky plane, x -> kx for every kz
  fftwf_plan columns_backward = nullptr;
  ~Handles() {
    for (fftwf_plan plan :
         {plane_forward, plane_backward, transposition, columns_forward, columns_backward}) {
      if (plan != nullptr) fftwf_destroy_plan(plan);
    }
  }
  [[nodiscard]] bool complete() const {
    return plane_forward != nullptr && plane_backward != nullptr && transposition != nullptr &&
           columns_forward != nullptr && columns_backward != nullptr;
  }
};

std::shared_ptr<const Plan> Plan::create(const par::Comm& comm, std::size_t n) {
  return std::shared_ptr<const Plan>(new Plan(comm, n));
}

Plan::Plan(const par::Comm& comm, std::size_t n)
    : layout_(comm, n), plane_floats_(n * 2 * (n / 2 + 1)), handles_(std::make_unique<Handles>()) {
  start_library();
  const auto size = static_cast<ptrdiff_t>(n);
  const ptrdiff_t shape[2] = {size, size};
  ptrdiff_t nx = 0, x_start = 0, ny = 0, y_start = 0;
  const ptrdiff_t float_count = fftwf_mpi_local_size_many_transposed(
      2, shape, 2 * (size / 2 + 1), FFTW_MPI_DEFAULT_BLOCK, FFTW_MPI_DEFAULT_BLOCK, comm.raw(), &nx,
      &x_start, &ny, &y_start);
  if (nx != ny || static_cast<std::size_t>(nx) != layout_.local().count) {
    throw InternalError("FFTW deals {} of {} planes to rank {}, the slab layout {}", nx, n,
                        comm.rank(), layout_.local().count);
  }
  ky_slab_ = layout_.local();
  // Every rank plans with one plane of scratch, also those that own none.
  buffer_floats_ = std::max(static_cast<std::size_t>(float_count), plane_floats_);
  // Of the size and alignment that every execution will have; ESTIMATE does not touch it.
  const std::unique_ptr<float, FftwFree> scratch(fftwf_alloc_real(buffer_floats_));
  plan_planes(scratch.get());
  plan_transposition(scratch.get());
  if (!handles_->complete()) {
    throw NumericalError("FFTW cannot plan a mesh of {}^3 points on {} ranks", n, comm.size());
  }
}

Plan::~Plan() = default;

void Plan::plan_planes(float* scratch) const {
  const auto size = static_cast<int>(layout_.n());
  const int columns = size / 2 + 1;
  fftwf_complex* modes = as_modes(scratch);
  // One plan serves all planes if they are aligned alike.
  const bool alike = fftwf_alignment_of(scratch) == fftwf_alignment_of(scratch + plane_floats_);
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

void Plan::plan_transposition(float* scratch) const {
  const auto size = static_cast<ptrdiff_t>(layout_.n());
  handles_->transposition = fftwf_mpi_plan_many_transpose(
      size, size, 2 * (size / 2 + 1), FFTW_MPI_DEFAULT_BLOCK, FFTW_MPI_DEFAULT_BLOCK, scratch,
      scratch, layout_.comm().raw(), planner_flags);
}

void Plan::forward(float* buffer) const {
  for (std::size_t x = 0; x < layout_.local().count; ++x) {
    float* plane = buffer + x * plane_floats_;
    fftwf_execute_dft_r2c(handles_->plane_forward, plane, as_modes(plane));
  }
  fftwf_mpi_execute_r2r(handles_->transposition, buffer, buffer);
  for (std::size_t ky = 0; ky < ky_slab_.count; ++ky) {
    fftwf_complex* plane = as_modes(buffer + ky * plane_floats_);
    fftwf_execute_dft(handles_->columns_forward, plane, plane);
  }
}

void Plan::backward(float* buffer) const {
  for (std::size_t ky = 0; ky < ky_slab_.count; ++ky) {
    fftwf_complex* plane = as_modes(buffer + ky * plane_floats_);
    fftwf_execute_dft(handles_->columns_backward, plane, plane);
  }
  fftwf_mpi_execute_r2r(handles_->transposition, buffer, buffer);
  for (std::size_t x = 0; x < layout_.local().count; ++x) {
    float* plane = buffer + x * plane_floats_;
    fftwf_execute_dft_c2r(handles_->plane_backward, as_modes(plane), plane);
  }
}

std::string library_text() {
  return std::string(fftwf_version) + ", single precision, MPI slabs, transposed, ESTIMATE";
}

}  // namespace nubox::fft
