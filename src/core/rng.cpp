#include "nubox/core/rng.hpp"

#include <numeric>

#include <Random123/philox.h>

namespace nubox::rng {

Block philox(std::uint64_t key, const Block& counter) {
  const r123::Philox4x32::key_type k{
      {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)}};
  const r123::Philox4x32::ctr_type c{{counter[0], counter[1], counter[2], counter[3]}};
  const auto out = r123::Philox4x32{}(c, k);
  return {out[0], out[1], out[2], out[3]};
}

double uniform_open_closed(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = (static_cast<std::uint64_t>(high) << 21) ^ (low >> 11);
  return (static_cast<double>(bits) + 1.0) * 0x1p-53;
}

std::uint64_t below(std::uint64_t draw, std::uint64_t bound) {
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(draw) * bound) >> 64);
}

std::array<std::uint64_t, 2> words(const Block& block) {
  return {(static_cast<std::uint64_t>(block[0]) << 32) | block[1],
          (static_cast<std::uint64_t>(block[2]) << 32) | block[3]};
}

std::vector<std::uint64_t> permutation(std::uint64_t seed, std::uint64_t stream, std::uint64_t n) {
  std::vector<std::uint64_t> order(n);
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  for (std::uint64_t i = n; i > 1; --i) {
    const Block counter{static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i >> 32),
                        static_cast<std::uint32_t>(stream),
                        static_cast<std::uint32_t>(stream >> 32)};
    std::swap(order[i - 1], order[below(words(philox(seed, counter))[0], i)]);
  }
  return order;
}

}  // namespace nubox::rng
