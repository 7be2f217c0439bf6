#pragma once

#include <torch/torch.h>

namespace nubox::train {

/// Particles per node of a crop's mesh, cloud in cell (Hockney & Eastwood 1981):
/// n(g) = sum_p c_p prod_a max(0, 1 - |u_pa - g_a|), g_a = 0 ... m - 1; nodes
/// outside the mesh get nothing. Differentiable in the positions: dn/du_a is -+ the product of the
/// other two weights.
///
/// @param positions  [B][3][m]^3, u in cells
/// @param counted    [B][m]^3, c: 1 for particles that are counted, 0 for others
/// @return           [B][m]^3
[[nodiscard]] torch::Tensor cic_density(const torch::Tensor& positions,
                                        const torch::Tensor& counted);

}  // namespace nubox::train
