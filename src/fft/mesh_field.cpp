#include "nubox/fft/mesh_field.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace nubox::fft {
namespace {

/// One cache line, which also satisfies every SIMD width that FFTW plans for.
constexpr std::align_val_t buffer_alignment{64};

}  // namespace

MeshField::MeshField(std::shared_ptr<const Plan> plan, double box_size_mpch)
    : plan_(std::move(plan)), box_size_mpch_(box_size_mpch) {
  buffer_ = new (buffer_alignment) float[plan_->buffer_floats()];
  fill(0.0F);
}

MeshField::~MeshField() { ::operator delete[](buffer_, buffer_alignment); }

MeshField::MeshField(MeshField&& other) noexcept
    : plan_(std::move(other.plan_)),
      box_size_mpch_(other.box_size_mpch_),
      buffer_(std::exchange(other.buffer_, nullptr)),
      real_(other.real_) {}

MeshField& MeshField::operator=(MeshField&& other) noexcept {
  std::swap(plan_, other.plan_);
  std::swap(box_size_mpch_, other.box_size_mpch_);
  std::swap(buffer_, other.buffer_);
  std::swap(real_, other.real_);
  return *this;
}

double MeshField::k_fundamental_hmpc() const { return 2.0 * units::pi / box_size_mpch_; }

void MeshField::fill(float value) { std::fill_n(buffer_, plan_->buffer_floats(), value); }

void MeshField::reset_as_modes() {
  fill(0.0F);
  real_ = false;
}

void MeshField::reset_as_real() {
  fill(0.0F);
  real_ = true;
}

void MeshField::to_modes() {
  if (!real_) throw InternalError("the mesh is in Fourier space already");
  plan_->forward(buffer_);
  real_ = false;
  // FFTW does not normalise; this is the only factor.
  const auto size = static_cast<double>(n());
  const auto norm = static_cast<float>(1.0 / (size * size * size));
  const std::size_t floats = plan_->ky_slab().count * n() * row_floats();
  for (std::size_t i = 0; i < floats; ++i) buffer_[i] *= norm;
}

void MeshField::to_real() {
  if (real_) throw InternalError("the mesh is in real space already");
  plan_->backward(buffer_);
  real_ = true;
}

}  // namespace nubox::fft
