#pragma once

#include <cstdint>

namespace nubox {

/// Division by a number that is known only at run time but used for every particle. Multiplies by
/// the reciprocal, which is several times faster than the division of 64-bit integers.
class Divider {
 public:
  struct Split {
    std::uint64_t quotient, remainder;
  };

  explicit Divider(std::uint64_t divisor)
      : divisor_(divisor), reciprocal_(1 / static_cast<double>(divisor)) {}

  /// Exact for x < 2^50: (x + 1/2) / divisor is at least 1 / (2 divisor) from the next integer, and
  /// the two roundings move it by less than (x + 1/2) / divisor / 2^52.
  [[nodiscard]] Split split(std::uint64_t x) const {
    // Signed numbers: processors convert them in one instruction.
    const double quotient = (static_cast<double>(static_cast<std::int64_t>(x)) + 0.5) * reciprocal_;
    const auto whole = static_cast<std::uint64_t>(static_cast<std::int64_t>(quotient));
    return {whole, x - whole * divisor_};
  }

 private:
  std::uint64_t divisor_;
  double reciprocal_;
};

}  // namespace nubox
