#include "nubox/net/torch/batch_norm.hpp"

#include <algorithm>

namespace nubox::net {
namespace {

/// Sums over ranks; the result is on the device of `sums`.
torch::Tensor summed(const SumOverRanks& sum_over_ranks, const torch::Tensor& sums) {
  torch::Tensor host = sums.cpu().clone();
  sum_over_ranks({host.mutable_data_ptr<double>(), static_cast<std::size_t>(host.numel())});
  return host.to(sums.device());
}

/// [2][C]: sums over crops and voxels of a and of a b, for each channel. One crop at a time, which
/// limits the memory of its copy in double precision.
torch::Tensor channel_sums(const torch::Tensor& a, const torch::Tensor& b) {
  torch::Tensor sums = torch::zeros({2, a.size(1)}, a.options().dtype(torch::kDouble));
  for (std::int64_t i = 0; i < a.size(0); ++i) {
    const torch::Tensor wide = a[i].to(torch::kDouble);
    sums[0] += wide.sum({1, 2, 3});
    sums[1] += (wide * b[i]).sum({1, 2, 3});
  }
  return sums;
}

torch::Tensor per_channel(const torch::Tensor& values) {
  return values.to(torch::kFloat32).view({1, -1, 1, 1, 1});
}

/// Holds the sum over ranks for the backward pass.
struct RankSum : torch::CustomClassHolder {
  explicit RankSum(SumOverRanks function) : add(std::move(function)) {}
  SumOverRanks add;
};

/// y = w (x - mean) / sigma + b, with mean and sigma over the x of all ranks.
struct Normalise : torch::autograd::Function<Normalise> {
  using Context = torch::autograd::AutogradContext;

  /// @param mean, inverse_sigma  [C], double
  static torch::Tensor forward(Context* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               const torch::Tensor& mean, const torch::Tensor& inverse_sigma,
                               double count, const SumOverRanks& sum_over_ranks) {
    context->save_for_backward({x, weight, mean, inverse_sigma});
    context->saved_data["count"] = count;
    context->saved_data["sum"] =
        c10::IValue::make_capsule(c10::make_intrusive<RankSum>(sum_over_ranks));
    const torch::Tensor slope = weight * inverse_sigma;
    // The shift corrects for the rounding of the mean to float.
    const torch::Tensor shift = bias - (mean - mean.to(torch::kFloat32)) * slope;
    return torch::addcmul(per_channel(shift), x - per_channel(mean), per_channel(slope))
        .to(x.dtype());
  }

  /// dx = w / sigma (dy - <dy> - h <dy h>) with h = (x - mean) / sigma, where <> is the mean over
  /// crops and voxels of all ranks. The gradients of w and b are those of this rank's crops: they
  /// are summed over ranks with all other gradients.
  static torch::autograd::variable_list backward(Context* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight = saved[1], &mean = saved[2], &inverse = saved[3];
    const auto ranks =
        c10::static_intrusive_pointer_cast<RankSum>(context->saved_data["sum"].toCapsule());
    const torch::Tensor& dy = gradients[0];
    const torch::Tensor h = (x - per_channel(mean)) * per_channel(inverse);
    const torch::Tensor own = channel_sums(dy, h);
    const torch::Tensor means = summed(ranks->add, own) / context->saved_data["count"].toDouble();
    const torch::Tensor dx =
        (dy - per_channel(means[0]) - h * per_channel(means[1])) * per_channel(weight * inverse);
    return {dx.to(x.dtype()), own[1].to(weight.dtype()), own[0].to(weight.dtype()), {}, {}, {}, {}};
  }
};

}  // namespace

torch::Tensor BatchNorm::forward(const torch::Tensor& x) {
  if (!is_training() || !synchronised()) return BatchNorm3dImpl::forward(x);
  torch::Tensor mean, inverse_sigma;
  double count = 0;
  {
    const torch::NoGradGuard no_grad;
    const auto voxels = static_cast<double>(x.numel()) / static_cast<double>(x.size(1));
    const torch::Tensor own = channel_sums(x, x);
    const torch::Tensor sums = summed(
        sum_over_ranks_, torch::cat({own.flatten(), torch::full({1}, voxels, own.options())}));
    count = sums[-1].item<double>();
    const torch::Tensor moments = sums.narrow(0, 0, own.numel()).view({2, -1}) / count;
    mean = moments[0];
    const torch::Tensor variance = moments[1] - mean.square();
    inverse_sigma = (variance.clamp_min(0) + options.eps()).rsqrt();
    const double momentum = options.momentum().value();
    running_mean.mul_(1 - momentum).add_(mean, momentum);
    running_var.mul_(1 - momentum).add_(variance, momentum * count / std::max(count - 1, 1.0));
    num_batches_tracked += 1;
  }
  return Normalise::apply(x, weight, bias, mean, inverse_sigma, count, sum_over_ranks_);
}

}  // namespace nubox::net
