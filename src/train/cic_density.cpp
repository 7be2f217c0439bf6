#include "train/cic_density.hpp"

#include <array>

namespace nubox::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// Contribution of every particle to one of the eight nodes around it.
struct Corner {
  torch::Tensor node;                   ///< [B P] index over all meshes of the batch
  torch::Tensor counted;                ///< [B][P] zero also for nodes outside the mesh
  std::array<torch::Tensor, 3> weight;  ///< [B][P] along each axis
  std::array<double, 3> slope{};        ///< of that weight: -1 or 1
};

template <class Visit>
void for_each_corner(const torch::Tensor& positions, const torch::Tensor& counted, Visit&& visit) {
  const std::int64_t batch = positions.size(0), m = positions.size(2), particles = m * m * m;
  const torch::Tensor u = positions.reshape({batch, 3, particles});
  const torch::Tensor floor = u.floor();
  const torch::Tensor above = u - floor;  // weight of the upper node
  const torch::Tensor lower = floor.to(torch::kInt64);
  const torch::Tensor mesh = torch::arange(batch, lower.options()).mul_(particles).unsqueeze(1);
  for (int c = 0; c < 8; ++c) {
    Corner corner{mesh.expand({batch, particles}), counted.reshape({batch, particles}), {}, {}};
    for (int a = 0; a < 3; ++a) {
      const int upper = c >> (2 - a) & 1;
      const torch::Tensor node = lower.select(1, a) + upper;
      const auto axis = static_cast<std::size_t>(a);
      corner.weight[axis] = upper == 1 ? above.select(1, a) : 1 - above.select(1, a);
      corner.slope[axis] = upper == 1 ? 1 : -1;
      corner.counted = corner.counted * ((node >= 0) & (node < m));
      const std::int64_t stride = a == 0 ? m * m : a == 1 ? m : 1;
      corner.node = corner.node + node.clamp(0, m - 1) * stride;
    }
    corner.node = corner.node.reshape(-1);
    visit(corner);
  }
}

struct CicDensity : torch::autograd::Function<CicDensity> {
  static Variable forward(AutogradContext* context, const Variable& positions,
                          const Variable& counted) {
    context->save_for_backward({positions, counted});
    torch::Tensor density = torch::zeros({counted.numel()}, positions.options());
    for_each_corner(positions, counted, [&](const Corner& corner) {
      const auto& [x, y, z] = corner.weight;
      density.index_add_(0, corner.node, (corner.counted * x * y * z).reshape(-1));
    });
    return density.view(counted.sizes());
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor& positions = saved[0];
    const torch::Tensor at_nodes = gradients[0].reshape(-1);
    const std::int64_t batch = positions.size(0);
    torch::Tensor result = torch::zeros({3, batch, at_nodes.numel() / batch}, positions.options());
    for_each_corner(positions, saved[1], [&](const Corner& corner) {
      const torch::Tensor share =
          at_nodes.index_select(0, corner.node).view({batch, -1}) * corner.counted;
      for (std::size_t a = 0; a < 3; ++a) {
        const torch::Tensor& one = corner.weight[(a + 1) % 3];
        const torch::Tensor& other = corner.weight[(a + 2) % 3];
        result[static_cast<std::int64_t>(a)].add_(share * one * other, corner.slope[a]);
      }
    });
    return {result.transpose(0, 1).reshape(positions.sizes()), Variable()};
  }
};

}  // namespace

torch::Tensor cic_density(const torch::Tensor& positions, const torch::Tensor& counted) {
  return CicDensity::apply(positions, counted);
}

}  // namespace nubox::train
