#include "nubox/train/octahedral.hpp"

#include "nubox/core/error.hpp"

namespace nubox::train {

Octahedral octahedral(std::size_t index) {
  constexpr std::array<std::array<std::size_t, 3>, 6> permutations{
      {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}};
  if (index >= octahedral_order) throw InternalError("no element {} in a group of 48", index);
  Octahedral element{.axis = permutations[index / 8]};
  for (std::size_t a = 0; a < 3; ++a) element.sign[a] = (index >> a & 1U) != 0 ? -1 : 1;
  return element;
}

Octahedral compose(const Octahedral& second, const Octahedral& first) {
  Octahedral both;
  for (std::size_t a = 0; a < 3; ++a) {
    both.axis[a] = first.axis[second.axis[a]];
    both.sign[a] = second.sign[a] * first.sign[second.axis[a]];
  }
  return both;
}

std::vector<std::size_t> vector_channels(const std::vector<std::string>& names) {
  std::vector<std::size_t> starts;
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (!names[c].ends_with("_x")) continue;
    const std::string stem = names[c].substr(0, names[c].size() - 2);
    if (c + 2 >= names.size() || names[c + 1] != stem + "_y" || names[c + 2] != stem + "_z") {
      throw InputError("feature '{}' is not followed by '{}_y' and '{}_z'", names[c], stem, stem);
    }
    starts.push_back(c);
  }
  return starts;
}

}  // namespace nubox::train
