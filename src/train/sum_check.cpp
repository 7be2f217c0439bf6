#include "nubox/train/sum_check.hpp"

#include "nubox/core/fault.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/net/torch/device.hpp"

#include "train/reduce_backend.hpp"

#include <vector>

namespace nubox::train {
namespace {

/// Integers, and their sum over `ranks` ranks: exact in fp32 (below 2^24) for up to 4096 ranks.
torch::Tensor whole_numbers(std::int64_t count, std::int64_t ranks) {
  return (torch::arange(count).remainder(1021) * ranks).to(torch::kFloat32);
}

}  // namespace

SumCheck check_sums(const par::Comm& comm, GradientBackend choice) {
  const torch::Device device = net::choose_device(comm);
  const auto backend = make_reduce_backend(choice, comm, device);
  SumCheck result{.backend = backend->name()};
  std::uint64_t wrong = 0;
  // One value, an odd number of values, and 16 MiB, more than a bucket of gradients.
  for (const std::int64_t count : {std::int64_t{1}, std::int64_t{1001}, std::int64_t{1} << 22}) {
    const torch::Tensor values = whole_numbers(count, 1).to(device);
    comm.barrier();
    const Stopwatch watch;
    backend->start(values);
    backend->wait_all();
    const torch::Tensor found = values.to(torch::kCPU);  // waits for the device
    const double seconds = comm.all_reduce(watch.seconds(), par::Reduction::max);
    fault::corrupt("doctor.sums",
                   std::as_writable_bytes(std::span(found.mutable_data_ptr<float>(),
                                                    static_cast<std::size_t>(found.numel()))));
    wrong += static_cast<std::uint64_t>(
        (found != whole_numbers(count, comm.size())).sum().item<std::int64_t>());
    result.bytes_per_s = 4 * static_cast<double>(count) / seconds;
  }
  result.wrong_values = static_cast<double>(comm.all_reduce(wrong));
  return result;
}

}  // namespace nubox::train
