#pragma once

namespace nubox::train {

/// Times of an optimiser step on rank 0: waiting for crops, forward and backward passes, gradient
/// sums that did not overlap with them, update of the weights.
struct StepSeconds {
  double data = 0, forward = 0, backward = 0, communication = 0, optimizer = 0;
  void add(const StepSeconds& other);
  [[nodiscard]] double sum() const { return data + forward + backward + communication + optimizer; }
};

}  // namespace nubox::train
