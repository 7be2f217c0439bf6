#include "nubox/core/error.hpp"

#include "train/nccl_library.hpp"

#include <chrono>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <nccl.h>

namespace nubox::train {
namespace {

using Clock = std::chrono::steady_clock;

void require(ncclResult_t result, const char* what) {
  if (result == ncclSuccess || result == ncclInProgress) return;
  throw CommunicationError("NCCL: {} failed: {}", what, ncclGetErrorString(result));
}

/// NCCL must have the same major version at compile and run time (NCCL_VERSION_CODE / 10000).
void require_version() {
  int version = 0;
  require(ncclGetVersion(&version), "ncclGetVersion");
  if (version / 10000 != NCCL_MAJOR) {
    throw CommunicationError("NCCL {} is loaded, but the program was built with NCCL {}.{}",
                             version, NCCL_MAJOR, NCCL_MINOR);
  }
}

/// A non-blocking NCCL communicator with a high-priority stream of its own. No wait for a
/// collective is without a deadline. After an error or a timeout the communicator is aborted, since
/// operations with a dead peer never end.
class NcclBackend : public ReduceBackend {
 public:
  explicit NcclBackend(const NcclPlace& place)
      : device_(static_cast<c10::DeviceIndex>(place.device)),
        timeout_(place.timeout_s),
        stream_(c10::cuda::getStreamFromPool(/*isHighPriority=*/true, device_)) {
    require_version();
    const c10::cuda::CUDAGuard guard(device_);
    ncclUniqueId id;
    static_assert(sizeof(id.internal) == sizeof(NcclId));
    std::memcpy(id.internal, place.id.data(), sizeof(id.internal));
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    require(ncclCommInitRankConfig(&comm_, place.size, id, place.rank, &config),
            "ncclCommInitRankConfig");
    wait_enqueued("ncclCommInitRankConfig");
  }

  ~NcclBackend() override {
    if (comm_ == nullptr) return;
    // Waits for the peers; after an error poll() has aborted the communicator already.
    try {
      require(ncclCommFinalize(comm_), "ncclCommFinalize");
      wait_enqueued("ncclCommFinalize");
      ncclCommDestroy(comm_);
    } catch (const Error&) {
      abort_communicator();
    }
  }

  void start(const torch::Tensor& values) override {
    const c10::cuda::CUDAGuard guard(device_);
    at::cuda::CUDAEvent ready;
    ready.record(c10::cuda::getCurrentCUDAStream(device_));
    ready.block(stream_);
    auto* data = values.mutable_data_ptr<float>();
    require(ncclAllReduce(data, data, static_cast<std::size_t>(values.numel()), ncclFloat, ncclSum,
                          comm_, stream_.stream()),
            "ncclAllReduce");
    wait_enqueued("ncclAllReduce");
    started_.push_back(values);  // kept alive until the sums are complete
  }

  void progress() override {}

  void wait_all() override {
    const c10::cuda::CUDAGuard guard(device_);
    at::cuda::CUDAEvent done;
    done.record(stream_);
    done.block(c10::cuda::getCurrentCUDAStream(device_));
    poll([&] { return done.query(); }, "gradient sums");
    started_.clear();
  }

  [[nodiscard]] std::string name() const override { return "nccl"; }

 private:
  /// Waits until a non-blocking call has been enqueued.
  void wait_enqueued(const char* what) {
    poll([&] { return async_state() == ncclSuccess; }, what);
  }

  [[nodiscard]] ncclResult_t async_state() const {
    ncclResult_t state = ncclSuccess;
    const ncclResult_t asked = ncclCommGetAsyncError(comm_, &state);
    return asked == ncclSuccess ? state : asked;
  }

  template <class Condition>
  void poll(const Condition& reached, const char* what) {
    const auto deadline = Clock::now() + std::chrono::duration<double>(timeout_);
    while (!reached()) {
      const ncclResult_t state = async_state();
      if (state != ncclSuccess && state != ncclInProgress) {
        abort_communicator();
        throw CommunicationError("NCCL: {} failed: {}", what, ncclGetErrorString(state));
      }
      if (Clock::now() > deadline) {
        abort_communicator();
        throw CommunicationError("NCCL: {} made no progress for {} s", what, timeout_);
      }
      std::this_thread::yield();
    }
  }

  void abort_communicator() {
    if (comm_ != nullptr) ncclCommAbort(comm_);
    comm_ = nullptr;
  }

  c10::DeviceIndex device_;
  double timeout_;
  c10::cuda::CUDAStream stream_;
  ncclComm_t comm_ = nullptr;
  std::vector<torch::Tensor> started_;
};

}  // namespace
}  // namespace nubox::train

extern "C" void nubox_nccl_make_id(nubox::train::NcclId& id) {
  ncclUniqueId unique;
  nubox::train::require(ncclGetUniqueId(&unique), "ncclGetUniqueId");
  std::memcpy(id.data(), unique.internal, sizeof(unique.internal));
}

extern "C" nubox::train::ReduceBackend* nubox_nccl_make_backend(
    const nubox::train::NcclPlace& place) {
  return std::make_unique<nubox::train::NcclBackend>(place).release();
}
