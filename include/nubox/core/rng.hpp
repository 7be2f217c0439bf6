#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <vector>

/// Counter-based random numbers (Philox4x32-10, Salmon et al. 2011): a number is a function of its
/// key and counter alone, so it is the same on any rank count, in any order, after any restart.
namespace nubox::rng {

using Block = std::array<std::uint32_t, 4>;

/// One Philox4x32-10 block for a 64-bit key and a 128-bit counter.
[[nodiscard]] Block philox(std::uint64_t key, const Block& counter);

/// Uniform in (0, 1], 53 bits, from two words of a block.
[[nodiscard]] double uniform_open_closed(std::uint32_t high, std::uint32_t low);

/// Unbiased integer in [0, bound) from one 64-bit draw (bound << 2^64).
[[nodiscard]] std::uint64_t below(std::uint64_t draw, std::uint64_t bound);

/// The two 64-bit words of a block.
[[nodiscard]] std::array<std::uint64_t, 2> words(const Block& block);

/// Permutation of 0..n-1 that depends on (seed, stream) only (Fisher-Yates with counter draws).
[[nodiscard]] std::vector<std::uint64_t> permutation(std::uint64_t seed, std::uint64_t stream,
                                                     std::uint64_t n);

}  // namespace nubox::rng
