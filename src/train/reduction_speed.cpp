#include "nubox/train/reduction_speed.hpp"

#include "nubox/net/torch/device.hpp"
#include "nubox/net/torch/network.hpp"
#include "nubox/par/agree.hpp"

#include "train/probe.hpp"
#include "train/reducer.hpp"

namespace nubox::train {

ReductionSpeed measure_reduction(
    const par::Comm& comm, const net::Architecture& architecture, GradientBackend backend,
    const std::function<double(const std::function<void()>&)>& measure) {
  const torch::Device device = net::choose_device(comm);
  const auto network = par::agree(comm, [&] { return net::make_network(architecture); });
  network->to(device);
  FlatParameters parameters(comm, *network, [&] { probe(*network, device); });
  const auto sums = make_reduce_backend(backend, comm, device);
  Reducer reducer(parameters, *sums, {});
  ReductionSpeed speed{.bytes = static_cast<double>(parameters.gradients().nbytes()),
                       .buckets = reducer.buckets().size(),
                       .backend = sums->name()};
  const auto synchronise = [&] {
    if (device.is_cuda()) torch::cuda::synchronize();
  };
  const auto in_buckets = [&] {
    reducer.begin_step();
    reducer.finish();
    synchronise();
  };
  const auto plain = [&] {
    parameters.gradients().zero_();
    if (device.is_cuda()) {
      sums->start(parameters.gradients());
      sums->wait_all();
    } else {
      comm.all_reduce(std::span<float>(parameters.gradients().mutable_data_ptr<float>(),
                                       static_cast<std::size_t>(parameters.gradients().numel())));
    }
    synchronise();
  };
  plain();  // the first call sets up connections
  speed.bucket_seconds = measure(in_buckets);
  speed.plain_seconds = measure(plain);
  return speed;
}

}  // namespace nubox::train
