#include "nubox/fft/plan.hpp"

#include "nubox/core/error.hpp"

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

/// Scratch of the size and alignment that every execution will have; ESTIMATE does not touch it.
struct FftwFree {
  void operator()(float* buffer) const { fftwf_free(buffer); }
};

}  // namespace

struct Plan::Handles {
  fftwf_plan forward = nullptr;
  fftwf_plan backward = nullptr;
  ~Handles() {
    if (forward != nullptr) fftwf_destroy_plan(forward);
    if (backward != nullptr) fftwf_destroy_plan(backward);
  }
};

std::shared_ptr<const Plan> Plan::create(const par::Comm& comm, std::size_t n) {
  return std::shared_ptr<const Plan>(new Plan(comm, n));
}

Plan::Plan(const par::Comm& comm, std::size_t n)
    : layout_(comm, n), handles_(std::make_unique<Handles>()) {
  start_library();
  const auto size = static_cast<ptrdiff_t>(n);
  ptrdiff_t nx = 0, x_start = 0, ny = 0, y_start = 0;
  const ptrdiff_t complex_count = fftwf_mpi_local_size_3d_transposed(
      size, size, size / 2 + 1, comm.raw(), &nx, &x_start, &ny, &y_start);
  if (nx != ny || static_cast<std::size_t>(nx) != layout_.local().count) {
    throw InternalError("FFTW deals {} of {} planes to rank {}, the slab layout {}", nx, n,
                        comm.rank(), layout_.local().count);
  }
  ky_slab_ = layout_.local();
  buffer_floats_ = 2 * static_cast<std::size_t>(complex_count);

  const std::unique_ptr<float, FftwFree> scratch(fftwf_alloc_real(buffer_floats_ + 1));
  auto* modes = reinterpret_cast<fftwf_complex*>(scratch.get());
  handles_->forward = fftwf_mpi_plan_dft_r2c_3d(size, size, size, scratch.get(), modes, comm.raw(),
                                                planner_flags | FFTW_MPI_TRANSPOSED_OUT);
  handles_->backward = fftwf_mpi_plan_dft_c2r_3d(size, size, size, modes, scratch.get(), comm.raw(),
                                                 planner_flags | FFTW_MPI_TRANSPOSED_IN);
  if (handles_->forward == nullptr || handles_->backward == nullptr) {
    throw NumericalError("FFTW cannot plan a mesh of {}^3 points on {} ranks", n, comm.size());
  }
}

Plan::~Plan() = default;

void Plan::forward(float* buffer) const {
  fftwf_mpi_execute_dft_r2c(handles_->forward, buffer, reinterpret_cast<fftwf_complex*>(buffer));
}

void Plan::backward(float* buffer) const {
  fftwf_mpi_execute_dft_c2r(handles_->backward, reinterpret_cast<fftwf_complex*>(buffer), buffer);
}

std::string library_text() {
  return std::string(fftwf_version) + ", single precision, MPI slabs, transposed, ESTIMATE";
}

}  // namespace nubox::fft
