#include "nubox/doctor/network_checks.hpp"

#include "nubox/net/conv_check.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/train/sum_check.hpp"

#include <algorithm>

namespace nubox::doctor {
namespace {

/// Convolutions of oneDNN with gradients reach at least a third of the rate of a matrix product;
/// known regressions cost factors of 4 to 20.
constexpr double slow_share = 0.1;

constexpr std::size_t repeats = 3;

std::vector<Finding> examine_convolutions(const par::Comm& world, const Options&) {
  const net::ConvCheck check(world);
  const double peak = par::agree(world, [&] { return check.matrix_rate(repeats); });
  std::vector<Finding> values, speeds;
  const std::vector<net::Precision> precisions = check.precisions();
  if (std::ranges::find(precisions, net::Precision::bf16) == precisions.end()) {
    speeds.push_back(
        skipped("bf16", "no AVX-512 and no GPU of compute capability 8.0: fp32 is used"));
  }
  for (const net::Precision precision : precisions) {
    for (const net::Layout layout : {net::Layout::contiguous, net::Layout::channels_last_3d}) {
      const std::string name = fmt::format("{}, {}", net::name_of(precision), net::name_of(layout));
      const auto error = par::agree(world, [&] { return check.error(precision, layout); });
      const Extreme worst = largest(world, error.value, error.where);
      values.push_back(
          at_most(name + ", error", worst.value, "roundings", 1, Verdict::fail, worst.note));
      const auto rate =
          par::agree(world, [&] { return check.slowest_rate(precision, layout, repeats); });
      const Extreme slowest = smallest(world, rate.value / peak, rate.where);
      speeds.push_back(at_least(name + ", speed", slowest.value, "of matrix", slow_share,
                                Verdict::warn, slowest.note));
    }
  }
  const Extreme slowest = smallest(world, 2e-9 * peak, check.device());
  values.push_back(
      plain("matrix product in fp32, slowest rank", slowest.value, "GFLOP/s", slowest.note));
  values.insert(values.end(), speeds.begin(), speeds.end());
  return values;
}

std::vector<Finding> examine_gradient_sums(const par::Comm& world, const Options&) {
  const auto line = [&](const train::SumCheck& sums) {
    return at_most(fmt::format("gradient sums by {}, wrong values", sums.backend),
                   sums.wrong_values, "", 0, Verdict::fail,
                   world.size() > 1 ? fmt::format("{:.3g} GB/s", 1e-9 * sums.bytes_per_s) : "");
  };
  std::vector<Finding> findings{line(train::check_sums(world, train::GradientBackend::mpi))};
  const bool gpus =
      world.all_reduce(net::ConvCheck(world).on_gpu() ? 1 : 0, par::Reduction::max) > 0;
  if (!gpus) {
    findings.push_back(skipped("gradient sums by NCCL", "no GPU"));
  } else {
    findings.push_back(line(train::check_sums(world, train::GradientBackend::nccl)));
  }
  return findings;
}

}  // namespace

std::vector<Check> network_checks() {
  return {{"conv", ExitCode::numerical, examine_convolutions},
          {"sums", ExitCode::communication, examine_gradient_sums}};
}

}  // namespace nubox::doctor
